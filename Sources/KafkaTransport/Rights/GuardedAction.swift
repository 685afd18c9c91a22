import CRDKafka

/// An action that needs a right at the brokers, with its text for messages.
///
/// The rights are those of Kafka's documentation, "Operations and Resources on Protocols" (4.3).
public enum GuardedAction: Sendable, Equatable {
  /// Asking for its partitions and offsets.
  case askingForTopic(String)
  case readingTopic(String)
  case sendingToTopic(String)
  case creatingTopic(String)
  case growingTopic(String)
  case changingTopic(String)
  /// Asking for its settings.
  case describingTopic(String)
  case deletingTopic(String)
  /// Asking for its settings.
  case describingBroker(Int32)
  /// Asking for the producer id of an idempotent producer; the topic is the one it will send to.
  case startingIdempotence(topic: String)
  case joiningGroup(String, topic: String)
  case committing(group: String, topic: String)
  case askingForPositions(group: String, topic: String)
  case askingForMembers(group: String)
  case sendingInTransaction(id: String, topic: String)

  /// Returns the rights, any of which is enough, for an action refused with this code; empty if the code is not about a
  /// right that the action is known to need.
  public func rights(refusedBy code: KafkaCode) -> [AccessRight] {
    switch code.code {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: ofTopic
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED: ofGroup
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED: ofCluster
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ofTransaction
    default: []
    }
  }

  private var ofTopic: [AccessRight] {
    switch self {
    case .askingForTopic(let topic), .askingForPositions(_, let topic):
      [AccessRight(.describe, on: .topic(topic))]
    case .readingTopic(let topic), .committing(_, let topic): [AccessRight(.read, on: .topic(topic))]
    // Returned to a group's member for a topic that it may not see.
    case .joiningGroup(_, let topic): [AccessRight(.describe, on: .topic(topic))]
    case .sendingToTopic(let topic), .startingIdempotence(let topic), .sendingInTransaction(_, let topic):
      [AccessRight(.write, on: .topic(topic))]
    case .creatingTopic(let topic):
      [AccessRight(.create, on: .topic(topic)), AccessRight(.create, on: .cluster)]
    case .growingTopic(let topic): [AccessRight(.alter, on: .topic(topic))]
    case .changingTopic(let topic): [AccessRight(.alterConfigs, on: .topic(topic))]
    case .describingTopic(let topic): [AccessRight(.describeConfigs, on: .topic(topic))]
    case .deletingTopic(let topic): [AccessRight(.delete, on: .topic(topic))]
    case .describingBroker, .askingForMembers: []
    }
  }

  private var ofGroup: [AccessRight] {
    switch self {
    case .joiningGroup(let group, _), .committing(let group, _): [AccessRight(.read, on: .group(group))]
    case .askingForPositions(let group, _), .askingForMembers(let group):
      [AccessRight(.describe, on: .group(group))]
    default: []
    }
  }

  private var ofCluster: [AccessRight] {
    switch self {
    case .creatingTopic(let topic):
      [AccessRight(.create, on: .topic(topic)), AccessRight(.create, on: .cluster)]
    case .describingBroker: [AccessRight(.describeConfigs, on: .cluster)]
    // Brokers before 2.8 need the second.
    case .startingIdempotence(let topic), .sendingToTopic(let topic), .sendingInTransaction(_, let topic):
      [AccessRight(.write, on: .topic(topic)), AccessRight(.idempotentWrite, on: .cluster)]
    default: []
    }
  }

  private var ofTransaction: [AccessRight] {
    if case .sendingInTransaction(let id, _) = self {
      [AccessRight(.write, on: .transactionalID(id))]
    } else {
      []
    }
  }

  /// Returns the advice that needs no right; `nil` if there is none.
  func wayAround(_ code: KafkaCode) -> String? {
    guard code.code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED else { return nil }
    return switch self {
    case .startingIdempotence, .sendingToTopic: "-X enable.idempotence=false needs no IdempotentWrite"
    default: nil
    }
  }
}

extension GuardedAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .askingForTopic(let topic): "requesting topic \(topic)"
    case .readingTopic(let topic): "reading \(topic)"
    case .sendingToTopic(let topic): "sending to \(topic)"
    case .creatingTopic(let topic): "creating topic \(topic)"
    case .growingTopic(let topic): "adding partitions to topic \(topic)"
    case .changingTopic(let topic): "changing topic \(topic)"
    case .describingTopic(let topic): "describing topic \(topic)"
    case .deletingTopic(let topic): "deleting topic \(topic)"
    case .describingBroker(let number): "describing broker \(number)"
    case .startingIdempotence(let topic): "starting to send to \(topic)"
    case .joiningGroup(let group, _): "joining group \(group)"
    case .committing(let group, _): "committing positions of group \(group)"
    case .askingForPositions(let group, _): "requesting the positions of group \(group)"
    case .askingForMembers(let group): "requesting the members of group \(group)"
    case .sendingInTransaction(_, let topic): "sending to \(topic) in a transaction"
    }
  }
}
