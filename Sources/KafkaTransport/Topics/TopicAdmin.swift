import CRDKafka
import FrameCore

/// Queries, creates and changes topics, with its own short-lived client.
public final class TopicAdmin: Sendable {
  let client: KafkaClient
  let settings: KafkaSettings

  /// Does not connect yet.
  public init(_ settings: KafkaSettings, log: KafkaLog? = nil) throws(TransportError) {
    self.settings = settings
    // A consumer, as a producer would create a topic by asking for its name; and without a group.
    var own = settings
    own.set("allow.auto.create.topics", "false")
    if settings.value("group.id") != nil { own.set("group.id", "") }
    client = try KafkaClient(
      RD_KAFKA_CONSUMER, own, preset: [("client.id", "framefeed")], events: ClientEvents(log: log),
      reads: false)
  }

  /// The brokers, with the command-line arguments that name them.
  public var broker: NamedBroker { settings.broker }

  /// Returns the brokers and topics.
  /// - Parameter milliseconds: how long to wait for a broker.
  public func cluster(milliseconds: Int = 5000) throws(TransportError) -> Cluster {
    try Cluster(client, milliseconds: Int32(milliseconds))
  }

  /// Looks up a topic by its name, which also shows that the login may not see it. Never creates it.
  /// - Parameter milliseconds: how long to wait for a broker.
  public func look(for topic: String, milliseconds: Int = 5000) throws(TransportError) -> TopicLookup {
    try client.look(for: topic, milliseconds: Int32(milliseconds))
  }

  /// Returns the topic's partitions.
  /// - Throws: ``TransportError/topicMissing(_:broker:)``, or the missing right.
  func partitions(of topic: String) throws(TransportError) -> [TopicPartition] {
    switch try look(for: topic) {
    case .there(let partitions): return partitions
    case .missing: throw .topicMissing(topic, broker: client.brokers)
    case .denied(let denial): throw .denied(denial)
    }
  }

  /// Returns a topic with its settings, or `nil` if it does not exist. Never creates it.
  ///
  /// Without the right to see the settings they are ``TopicDescription/withheld``.
  public func describe(_ topic: String) throws(TransportError) -> TopicDescription? {
    let layout: [TopicPartition]
    switch try look(for: topic) {
    case .there(let partitions): layout = partitions
    case .missing: return nil
    case .denied(let denial): throw .denied(denial)
    }
    do throws(TransportError) {
      return TopicDescription(name: topic, layout: layout, configuration: try configuration(of: topic))
    } catch {
      guard case .denied(let denial) = error else { throw error }
      return TopicDescription(name: topic, layout: layout, configuration: [:], withheld: denial)
    }
  }

  /// Creates a topic.
  /// - Throws: ``TransportError/topicExists(_:broker:)``, or the broker's error.
  public func create(_ topic: String, _ wanted: TopicSettings) throws(TransportError) {
    let wanted = wanted.completed(for: try cluster())
    var reason = [CChar](repeating: 0, count: 512)
    guard
      let new = rd_kafka_NewTopic_new(
        topic, Int32(wanted.replicas?.count ?? wanted.partitions),
        wanted.replicas == nil ? Int32(wanted.replication ?? -1) : -1, &reason, reason.count)
    else {
      let text = String(cText: reason)
      throw .client(reason: text)
    }
    defer { rd_kafka_NewTopic_destroy(new) }
    for (partition, brokers) in (wanted.replicas ?? []).enumerated() {
      var brokers = brokers
      let code = KafkaCode(
        rd_kafka_NewTopic_set_replica_assignment(
          new, Int32(partition), &brokers, brokers.count, &reason, reason.count))
      if code != .none {
        let text = String(cText: reason)
        throw .client(reason: text)
      }
    }
    for (key, value) in wanted.configuration { rd_kafka_NewTopic_set_config(new, key, value) }
    try change(topic, .creatingTopic(topic), .creatingTopics, new)
    try awaitTopic(topic, there: true)
  }

  /// Deletes a topic with all its records.
  public func delete(_ topic: String) throws(TransportError) {
    guard let old = rd_kafka_DeleteTopic_new(topic) else { throw .stopped }
    defer { rd_kafka_DeleteTopic_destroy(old) }
    try change(topic, .deletingTopic(topic), .deletingTopics, old)
    try awaitTopic(topic, there: false)
  }

  /// Sends a request that creates, deletes or grows a topic, and checks its result.
  func change(
    _ topic: String, _ action: GuardedAction, _ operation: AdminOperation, _ object: OpaquePointer
  ) throws(TransportError) {
    try client.request(action, operation, of: object) { result throws(TransportError) in
      guard let result else { return }
      let code = KafkaCode(rd_kafka_topic_result_error(result))
      switch code {
      case .none: return
      case .topicExists: throw .topicExists(topic, broker: client.brokers)
      case .unknownTopic: throw .topicMissing(topic, broker: client.brokers)
      default:
        throw client.failure(
          action, code, detail: rd_kafka_topic_result_error_string(result).map { String(cString: $0) })
      }
    }
  }

  /// Waits until the brokers' metadata shows the change, so that the next client does not see the old state.
  private func awaitTopic(_ topic: String, there: Bool) throws(TransportError) {
    let deadline = FrameClock.monotonic() + 10_000_000_000
    while FrameClock.monotonic() < deadline {
      switch try look(for: topic) {
      case .there(let partitions) where there && !partitions.isEmpty: return
      case .missing where !there: return
      // It will never be visible to this login.
      case .denied: return
      default: client.poll(milliseconds: 50)
      }
    }
  }
}
