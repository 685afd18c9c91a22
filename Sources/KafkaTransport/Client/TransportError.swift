/// Why frames cannot be sent or fetched.
public enum TransportError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A setting that librdkafka does not know or whose value it refuses.
  case setting(key: String, reason: String)
  /// A properties file that cannot be read or understood.
  case settingsFile(file: String, line: Int?, reason: String)
  /// Settings that contradict each other: librdkafka would not start.
  case client(reason: String)
  /// No broker answered.
  case unreachable(broker: String, reason: String)
  /// A broker was reached, but it and this client cannot connect: TLS or login.
  case connection(broker: String, trouble: ConnectionTrouble)
  /// The topic does not exist.
  case topicMissing(String, broker: NamedBroker)
  /// A topic of this name exists already.
  case topicExists(String, broker: NamedBroker)
  /// The topic has no such partition.
  case partitionMissing(topic: String, partition: Int32, partitions: Int)
  /// The topic refuses the record; `limit` is `nil` if the brokers do not return it.
  case tooLargeForTopic(topic: String, bytes: Int, limit: Int?, broker: NamedBroker)
  /// The client's own setting would refuse the record; its value is in bytes, or in KiB according to its name.
  case tooLargeForClient(bytes: Int, limit: Int, setting: String = "message.max.bytes")
  /// The login lacks a right at the broker.
  case denied(Denial)
  /// Any other error of a broker or librdkafka.
  case kafka(action: String, code: KafkaCode, detail: String?)
  /// A sink left its group before the broker had acknowledged its last offsets.
  case notCommitted(group: String, broker: String)
  /// A topic's settings are unknown, so that one of them cannot be changed without resetting others.
  case settingsUnknown(topic: String, names: [String])
  /// The request is not possible while consumers of the group read.
  case groupInUse(group: String, members: Int, wanted: String)
  /// Nothing makes progress any more, for a reason that does not pass.
  case standstill(Standstill)
  /// The client has stopped.
  case stopped

  public var description: String {
    switch self {
    case .setting(let key, let reason):
      "Kafka setting \(key): \(reason)"
    case .settingsFile(let file, let line, let reason):
      "\(file)\(line.map { ":\($0)" } ?? ""): \(reason)"
    case .client(let reason):
      "the Kafka client cannot start with these settings: \(reason)"
    case .unreachable(let broker, let reason):
      "no Kafka broker answers at \(broker) (\(reason)); start one (make broker) or name another with --broker"
    case .connection(let broker, let trouble):
      (trouble.isOfBroker ? "the Kafka broker at \(broker): " : "") + "\(trouble)"
    case .topicMissing(let topic, let broker):
      "topic \(topic) does not exist; create it: framefeed topic create \(topic) \(broker.arguments)"
    case .topicExists(let topic, let broker):
      "topic \(topic) exists already; see framefeed topic describe \(topic) \(broker.arguments)"
    case .partitionMissing(let topic, let partition, let partitions):
      "topic \(topic) has no partition \(partition): it has \(partitions), counted from 0"
    case .tooLargeForTopic(let topic, let bytes, let limit, let broker):
      "a record of \(bytes) bytes is above the limit of topic \(topic), \(limit.map { "\($0) bytes" } ?? "max.message.bytes"); raise it: framefeed topic create \(topic) "
        + "--update --config max.message.bytes=\(Self.roomy(bytes)) \(broker.arguments)"
    case .tooLargeForClient(let bytes, let limit, let setting):
      "a record of \(bytes) bytes is above the client's own limit of \(limit) bytes; raise it: -X \(setting)=\(Self.roomy(bytes) / (setting.hasSuffix(".kbytes") ? 1000 : 1))"
    case .denied(let denial):
      "\(denial)"
    case .kafka(let action, let code, let detail):
      "\(action): \(detail ?? code.description) (\(code.name))" + (code.remedy.map { "; \($0)" } ?? "")
    case .notCommitted(let group, let broker):
      "group \(group): no answer from \(broker), so the last offsets may not be committed; their records are read again"
    case .settingsUnknown(let topic, []):
      "topic \(topic): the broker does not report its settings, and changing one would reset the others; "
        + "change it by kafka-configs.sh --alter --add-config"
    case .settingsUnknown(let topic, let names):
      "topic \(topic): the broker does not report \(names.joined(separator: ", ")), which changing others would reset; "
        + "change them by kafka-configs.sh --alter --add-config, or give them too: --config \(names[0])=VALUE"
    case .groupInUse(let group, let members, let wanted):
      "\(wanted) cannot be used with group \(group) while the group has members (\(members) now): stop them, or name another with --group"
    case .standstill(let standstill): "\(standstill)"
    case .stopped:
      "the Kafka client has been stopped"
    }
  }

  /// Whether the user lacks a right: a retry would not help.
  public var isDenial: Bool {
    switch self {
    case .denied: true
    case .kafka(_, let code, _): code.isDenied
    default: false
    }
  }

  /// Whether a retry may succeed a little later.
  public var mayPass: Bool {
    switch self {
    case .unreachable: true
    case .kafka(_, let code, _): code.mayPass
    default: false
    }
  }

  /// Twice the size, in whole millions: room for a larger next frame.
  private static func roomy(_ bytes: Int) -> Int { (bytes * 2 / 1_000_000 + 1) * 1_000_000 }
}
