import CRDKafka

/// Settings and partition counts of existing topics.
extension TopicAdmin {
  /// Changes settings of an existing topic; its other settings stay.
  /// - Returns: the changed settings, by name; empty if all had these values.
  @discardableResult
  public func update(_ topic: String, configuration: [String: String]) throws(TransportError) -> [TopicChange]
  {
    guard let now = try describe(topic) else { throw .topicMissing(topic, broker: client.brokers) }
    let changes = now.changes(by: configuration)
    if changes.isEmpty { return [] }
    // The request replaces all of the topic's own settings, so they are sent again. (librdkafka 2.2 and newer has one
    // that does not: rd_kafka_IncrementalAlterConfigs.)
    let settings = try now.settings(with: configuration)
    let action = GuardedAction.changingTopic(topic)
    let isAnswered = try request(
      action, .changingSettings, RD_KAFKA_RESOURCE_TOPIC, topic, settings: settings
    ) { $0 != nil }
    // Without an answer it is unknown what was set.
    guard isAnswered else { throw client.failure(action, .timedOut, detail: "the broker gave no answer") }
    return changes
  }

  /// Returns a broker's own settings by Kafka's names. Needs a right of its own, and not every broker answers.
  public func brokerSettings(_ broker: Int32) throws(TransportError) -> [String: String] {
    try configuration(of: RD_KAFKA_RESOURCE_BROKER, "\(broker)", .describingBroker(broker))
      .mapValues(\.value)
  }

  /// Adds partitions to a topic, up to a number; partitions cannot be removed.
  public func grow(_ topic: String, to partitions: Int) throws(TransportError) {
    var reason = [CChar](repeating: 0, count: 512)
    guard let new = rd_kafka_NewPartitions_new(topic, partitions, &reason, reason.count) else {
      let text = String(cText: reason)
      throw .client(reason: text)
    }
    defer { rd_kafka_NewPartitions_destroy(new) }
    try change(topic, .growingTopic(topic), .addingPartitions, new)
  }

  func configuration(of topic: String) throws(TransportError) -> [String: TopicDescription.Setting] {
    try configuration(of: RD_KAFKA_RESOURCE_TOPIC, topic, .describingTopic(topic))
  }

  private func configuration(
    of kind: rd_kafka_ResourceType_t, _ name: String, _ action: GuardedAction
  ) throws(TransportError) -> [String: TopicDescription.Setting] {
    try request(action, .describingSettings, kind, name) { result in
      var entries = 0
      guard let result, let list = rd_kafka_ConfigResource_configs(result, &entries) else { return [:] }
      var configuration: [String: TopicDescription.Setting] = [:]
      for at in 0..<entries {
        guard let entry = list[at], let name = rd_kafka_ConfigEntry_name(entry) else { continue }
        let value = rd_kafka_ConfigEntry_value(entry).map { String(cString: $0) }
        let isOwn = rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG
        configuration[String(cString: name)] = TopicDescription.Setting(value: value, isOwn: isOwn)
      }
      return configuration
    }
  }

  /// Sends a request about the settings of a topic or a broker, checks its result and reads it.
  /// - Parameters:
  ///   - settings: the settings that the request sets.
  ///   - read: reads the result, which is valid during the call; `nil` if the response has none.
  private func request<Value>(
    _ action: GuardedAction, _ operation: AdminOperation, _ kind: rd_kafka_ResourceType_t, _ name: String,
    settings: [String: String] = [:], _ read: (_ result: OpaquePointer?) -> Value
  ) throws(TransportError) -> Value {
    guard let resource = rd_kafka_ConfigResource_new(kind, name) else { throw .stopped }
    defer { rd_kafka_ConfigResource_destroy(resource) }
    for (key, value) in settings { rd_kafka_ConfigResource_set_config(resource, key, value) }
    return try client.request(action, operation, of: resource) { result throws(TransportError) in
      guard let result else { return read(nil) }
      let code = KafkaCode(rd_kafka_ConfigResource_error(result))
      guard code == .none else {
        throw client.failure(
          action, code, detail: rd_kafka_ConfigResource_error_string(result).map { String(cString: $0) })
      }
      return read(result)
    }
  }
}
