/// An operation that a login may be allowed, by Kafka's names: `Read on group g21`.
public struct AccessRight: Sendable, Equatable {
  public enum Operation: String, Sendable, CaseIterable {
    case alter = "Alter"
    case alterConfigs = "AlterConfigs"
    case create = "Create"
    case delete = "Delete"
    case describe = "Describe"
    case describeConfigs = "DescribeConfigs"
    case idempotentWrite = "IdempotentWrite"
    case read = "Read"
    case write = "Write"
  }

  public enum Resource: Sendable, Equatable {
    case topic(String)
    case group(String)
    case cluster
    case transactionalID(String)
  }

  public let operation: Operation
  public let resource: Resource

  public init(_ operation: Operation, on resource: Resource) {
    self.operation = operation
    self.resource = resource
  }

  /// Returns the shell command that gives a login the right; its user needs an administrator's login.
  func command(for login: Login, at servers: String) -> String {
    let place =
      switch resource {
      case .topic(let name): "--topic \(NamedBroker.quoted(name))"
      case .group(let name): "--group \(NamedBroker.quoted(name))"
      case .cluster: "--cluster"
      case .transactionalID(let name): "--transactional-id \(NamedBroker.quoted(name))"
      }
    return "kafka-acls.sh --bootstrap-server \(NamedBroker.quoted(servers))"
      + (login.isUsed ? " --command-config admin.properties" : "")
      + " --add --allow-principal \(NamedBroker.quoted(login.principal)) --operation \(operation.rawValue) \(place)"
  }
}

extension AccessRight: CustomStringConvertible {
  public var description: String {
    switch resource {
    case .topic(let name): "\(operation.rawValue) on topic \(name)"
    case .group(let name): "\(operation.rawValue) on group \(name)"
    case .cluster: "\(operation.rawValue) on the cluster"
    case .transactionalID(let name): "\(operation.rawValue) on transactional.id \(name)"
    }
  }
}
