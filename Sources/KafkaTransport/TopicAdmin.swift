import CRDKafka
import FrameCore

/// Looks at topics and makes them: a short-lived client of its own.
public final class TopicAdmin: Sendable {
  private let client: KafkaClient
  private let settings: KafkaSettings

  /// Does not connect yet.
  public init(_ settings: KafkaSettings, log: KafkaLog? = nil) throws(TransportError) {
    self.settings = settings
    client = try KafkaClient(
      RD_KAFKA_PRODUCER, settings, preset: [("client.id", "framefeed")], events: ClientEvents(log: log))
  }

  /// The brokers and topics there are.
  /// - Parameter milliseconds: how long to wait for a broker.
  public func cluster(milliseconds: Int = 5000) throws(TransportError) -> Cluster {
    try Cluster(client, milliseconds: Int32(milliseconds))
  }

  /// A topic with its settings, or `nil` when it does not exist. Never creates it.
  public func describe(_ topic: String) throws(TransportError) -> TopicDescription? {
    guard let partitions = try cluster().topics[topic] else { return nil }
    return TopicDescription(name: topic, partitions: partitions, configuration: try configuration(of: topic))
  }

  /// Creates a topic.
  /// - Throws: ``TransportError/topicExists(_:broker:)``, or what the broker says.
  public func create(_ topic: String, _ wanted: TopicSettings) throws(TransportError) {
    let wanted = wanted.completed(for: try cluster())
    var reason = [CChar](repeating: 0, count: 512)
    guard
      let new = rd_kafka_NewTopic_new(
        topic, Int32(wanted.partitions), Int32(wanted.replication ?? -1), &reason, reason.count)
    else {
      let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw .client(reason: text)
    }
    defer { rd_kafka_NewTopic_destroy(new) }
    for (key, value) in wanted.configuration { rd_kafka_NewTopic_set_config(new, key, value) }
    let action = "creating topic \(topic)"
    let answer = try client.request(action, RD_KAFKA_ADMIN_OP_CREATETOPICS) { options, queue in
      var list: [OpaquePointer?] = [new]
      rd_kafka_CreateTopics(client.handle, &list, 1, options, queue)
    }
    var count = 0
    let results = rd_kafka_CreateTopics_result_topics(
      rd_kafka_event_CreateTopics_result(answer.event), &count)
    try check(action, topic, results, count)
    try awaitTopic(topic, there: true)
  }

  /// Deletes a topic with all its records.
  public func delete(_ topic: String) throws(TransportError) {
    guard let old = rd_kafka_DeleteTopic_new(topic) else { throw .stopped }
    defer { rd_kafka_DeleteTopic_destroy(old) }
    let action = "deleting topic \(topic)"
    let answer = try client.request(action, RD_KAFKA_ADMIN_OP_DELETETOPICS) { options, queue in
      var list: [OpaquePointer?] = [old]
      rd_kafka_DeleteTopics(client.handle, &list, 1, options, queue)
    }
    var count = 0
    let results = rd_kafka_DeleteTopics_result_topics(
      rd_kafka_event_DeleteTopics_result(answer.event), &count)
    try check(action, topic, results, count)
    try awaitTopic(topic, there: false)
  }

  /// Sets settings of a topic that exists; its other settings stay.
  public func update(_ topic: String, configuration: [String: String]) throws(TransportError) {
    guard let now = try describe(topic) else { throw .topicMissing(topic, broker: client.brokers) }
    // The request replaces all of the topic's own settings, so they are sent again. (librdkafka 2.2 and newer has one
    // that does not: rd_kafka_IncrementalAlterConfigs.)
    let settings = try now.settings(with: configuration)
    guard let resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic) else { throw .stopped }
    defer { rd_kafka_ConfigResource_destroy(resource) }
    for (key, value) in settings {
      rd_kafka_ConfigResource_set_config(resource, key, value)
    }
    let action = "changing topic \(topic)"
    let answer = try client.request(action, RD_KAFKA_ADMIN_OP_ALTERCONFIGS) { options, queue in
      var list: [OpaquePointer?] = [resource]
      rd_kafka_AlterConfigs(client.handle, &list, 1, options, queue)
    }
    var count = 0
    let results = rd_kafka_AlterConfigs_result_resources(
      rd_kafka_event_AlterConfigs_result(answer.event), &count)
    // Without an answer nobody knows what was set.
    guard count > 0, let result = results?[0] else {
      throw client.failure(action, .timedOut, detail: "the broker gave no answer")
    }
    try check(action, result)
  }

  /// How far a group is behind, by partition.
  public func lag(_ topic: String, group: String) throws(TransportError) -> [PartitionLag] {
    guard let leaders = try cluster().leaders[topic] else {
      throw .topicMissing(topic, broker: client.brokers)
    }
    // What is stored is asked for by a client that sees open transactions, what is readable by one that reads as
    // sinks do. The end comes first: what is added meanwhile must not look like a transaction.
    var all = settings
    all.set("group.id", group)
    var own = all
    all.set("isolation.level", "read_uncommitted")
    own.set("isolation.level", settings.value("isolation.level") ?? "read_committed")
    let storing = try KafkaClient(RD_KAFKA_CONSUMER, all, preset: [], events: ClientEvents(log: nil))
    let reading = try KafkaClient(RD_KAFKA_CONSUMER, own, preset: [], events: ClientEvents(log: nil))
    let committed = storing.committed(topic, partitions: leaders.count)
    var inquiry = OffsetInquiry(topic, leaders: leaders)
    let beginnings = inquiry.ask(storing, RD_KAFKA_OFFSET_BEGINNING)
    let ends = inquiry.ask(storing, RD_KAFKA_OFFSET_END)
    let readable = inquiry.ask(reading, RD_KAFKA_OFFSET_END)
    return leaders.indices.map { at in
      let partition = Int32(at)
      return PartitionLag(
        partition: partition, beginning: beginnings[partition], end: ends[partition],
        readable: readable[partition], committed: committed[partition] ?? .failure(.stopped),
        problem: inquiry.problems[partition])
    }
  }

  /// A broker's own settings by Kafka's names. Needs a right of its own, and not every broker tells.
  public func brokerSettings(_ broker: Int32) throws(TransportError) -> [String: String] {
    try configuration(of: RD_KAFKA_RESOURCE_BROKER, "\(broker)", "describing broker \(broker)")
      .mapValues(\.value)
  }

  /// Gives a topic more partitions; it cannot lose any.
  public func grow(_ topic: String, to partitions: Int) throws(TransportError) {
    var reason = [CChar](repeating: 0, count: 512)
    guard let new = rd_kafka_NewPartitions_new(topic, partitions, &reason, reason.count) else {
      let text = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw .client(reason: text)
    }
    defer { rd_kafka_NewPartitions_destroy(new) }
    let action = "growing topic \(topic)"
    let answer = try client.request(action, RD_KAFKA_ADMIN_OP_CREATEPARTITIONS) { options, queue in
      var list: [OpaquePointer?] = [new]
      rd_kafka_CreatePartitions(client.handle, &list, 1, options, queue)
    }
    var count = 0
    let results = rd_kafka_CreatePartitions_result_topics(
      rd_kafka_event_CreatePartitions_result(answer.event), &count)
    try check(action, topic, results, count)
  }

  private func configuration(of topic: String) throws(TransportError) -> [String: TopicDescription.Setting] {
    try configuration(of: RD_KAFKA_RESOURCE_TOPIC, topic, "describing topic \(topic)")
  }

  private func configuration(
    of kind: rd_kafka_ResourceType_t, _ name: String, _ action: String
  ) throws(TransportError) -> [String: TopicDescription.Setting] {
    guard let resource = rd_kafka_ConfigResource_new(kind, name) else { throw .stopped }
    defer { rd_kafka_ConfigResource_destroy(resource) }
    let answer = try client.request(action, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS) { options, queue in
      var list: [OpaquePointer?] = [resource]
      rd_kafka_DescribeConfigs(client.handle, &list, 1, options, queue)
    }
    var count = 0
    let results = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(answer.event), &count)
    guard count > 0, let result = results?[0] else { return [:] }
    try check(action, result)
    var entries = 0
    guard let list = rd_kafka_ConfigResource_configs(result, &entries) else { return [:] }
    var configuration: [String: TopicDescription.Setting] = [:]
    for at in 0..<entries {
      guard let entry = list[at], let name = rd_kafka_ConfigEntry_name(entry) else { continue }
      let value = rd_kafka_ConfigEntry_value(entry).map { String(cString: $0) }
      let isOwn = rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG
      configuration[String(cString: name)] = TopicDescription.Setting(value: value, isOwn: isOwn)
    }
    return configuration
  }

  private func check(_ action: String, _ resource: OpaquePointer) throws(TransportError) {
    let code = KafkaCode(rd_kafka_ConfigResource_error(resource))
    guard code == .none else {
      throw client.failure(
        action, code, detail: rd_kafka_ConfigResource_error_string(resource).map { String(cString: $0) })
    }
  }

  private func check(
    _ action: String, _ topic: String, _ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int
  ) throws(TransportError) {
    guard count > 0, let result = results?[0] else { return }
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

  /// Waits until the brokers' metadata shows the change, so that the next client does not meet the old state.
  private func awaitTopic(_ topic: String, there: Bool) throws(TransportError) {
    let deadline = FrameClock.monotonic() + 10_000_000_000
    while FrameClock.monotonic() < deadline {
      if ((try cluster().topics[topic] ?? 0) > 0) == there { return }
      client.poll(milliseconds: 50)
    }
  }
}
