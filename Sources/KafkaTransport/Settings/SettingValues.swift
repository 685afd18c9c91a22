import CRDKafka

/// Values of librdkafka settings by name, aliases included, without a client.
public enum SettingValues {
  /// librdkafka's default; `nil` for an unknown name, empty if there is no default.
  public static func defaultValue(of name: String) -> String? {
    ClientConfiguration().value(of: name) ?? topicDefault(of: name)
  }

  /// Returns whether librdkafka has a setting of this name.
  public static func isKnown(_ name: String) -> Bool {
    guard let configuration = rd_kafka_conf_new() else { return false }
    defer { rd_kafka_conf_destroy(configuration) }
    // Asking for a value does not help: names without a default are unknown there.
    return rd_kafka_conf_set(configuration, name, nil, nil, 0) != RD_KAFKA_CONF_UNKNOWN
  }

  /// Some names (`acks`) are topic settings, which a client's configuration contains only if it sets one.
  private static func topicDefault(of name: String) -> String? {
    guard let configuration = rd_kafka_topic_conf_new() else { return nil }
    defer { rd_kafka_topic_conf_destroy(configuration) }
    var (text, size) = ([CChar](repeating: 0, count: 512), 512)
    guard rd_kafka_topic_conf_get(configuration, name, &text, &size) == RD_KAFKA_CONF_OK else { return nil }
    return String(cText: text)
  }

  /// Returns the values that a producer with these settings would use; none for an unknown name.
  /// - Parameter largestRecord: the largest record that the topic accepts, bytes.
  public static func ofProducer(
    _ names: [String], _ settings: KafkaSettings, largestRecord: Int
  ) throws(TransportError) -> [String: String] {
    let preset = SettingsPreset.producer(
      largestRecord: largestRecord, inFlightBytes: FrameProducer.defaultInFlightBytes, user: settings)
    let configuration = try ClientConfiguration(settings, preset: preset)
    let values = values(names, of: configuration)
    guard configuration.value(of: "enable.idempotence") == "true" else { return values }
    return values.reduce(into: [:]) { $0[$1.key] = idempotent($1.key, $1.value, settings) ?? $1.value }
  }

  /// Returns the values that a consumer with these settings would use; none for an unknown name.
  public static func ofConsumer(
    _ names: [String], _ settings: KafkaSettings, largestRecord: Int, brokerIgnoresFetchLimits: Bool
  ) throws(TransportError) -> [String: String] {
    let preset = SettingsPreset.consumer(
      largestRecord: largestRecord, brokerIgnoresFetchLimits: brokerIgnoresFetchLimits, user: settings)
    return values(names, of: try ClientConfiguration(settings, preset: preset))
  }

  /// Returns the settings that a producer and a consumer get besides librdkafka's defaults, the user's included;
  /// secrets as `***`.
  /// - Parameter largestRecord: the largest record that the topic accepts, bytes.
  public static func given(_ settings: KafkaSettings, largestRecord: Int) -> [String: String] {
    var given: [String: String] = [:]
    let preset =
      SettingsPreset.consumer(largestRecord: largestRecord, brokerIgnoresFetchLimits: false, user: settings)
      + SettingsPreset.producer(
        largestRecord: largestRecord, inFlightBytes: FrameProducer.defaultInFlightBytes, user: settings)
    for (key, value) in preset { given[key] = value }
    for entry in settings.overrides {
      given[entry.key] = KafkaSettings.isSecret(entry.key) ? "***" : entry.value
    }
    return given
  }

  /// Returns the value that a starting idempotent producer sets by itself if the user has not: `rd_kafka_conf_finalize`
  /// of librdkafka 2.0.2.
  private static func idempotent(_ name: String, _ value: String, _ settings: KafkaSettings) -> String? {
    if inFlightNames.contains(name), inFlightNames.allSatisfy({ settings.value($0) == nil }),
      Int(value) ?? .max > SendWindow.ofIdempotence
    {
      return "\(SendWindow.ofIdempotence)"
    }
    let retries = ["retries", "message.send.max.retries"]
    if retries.contains(name), retries.allSatisfy({ settings.value($0) == nil }) { return "\(Int32.max)" }
    return nil
  }

  private static let inFlightNames = ["max.in.flight", "max.in.flight.requests.per.connection"]

  private static func values(
    _ names: [String], of configuration: borrowing ClientConfiguration
  ) -> [String: String] {
    var values: [String: String] = [:]
    for name in names { values[name] = configuration.value(of: name) ?? topicDefault(of: name) }
    return values
  }
}
