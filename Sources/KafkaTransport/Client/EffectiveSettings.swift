import CRDKafka

/// The settings in force in a running client.
enum EffectiveSettings {
  /// Returns those that differ from librdkafka's defaults; secrets as `***`.
  static func of(_ client: OpaquePointer) -> [String: String] {
    guard let running = rd_kafka_conf(client), let defaults = rd_kafka_conf_new() else { return [:] }
    defer { rd_kafka_conf_destroy(defaults) }
    let baseline = dump(defaults)
    return dump(running).reduce(into: [:]) { result, entry in
      guard baseline[entry.key] != entry.value, !isProgramPart(entry.key) else { return }
      result[entry.key] = KafkaSettings.isSecret(entry.key) ? "***" : entry.value
    }
  }

  private static func dump(_ configuration: OpaquePointer) -> [String: String] {
    var count = 0
    guard let list = rd_kafka_conf_dump(configuration, &count) else { return [:] }
    defer { rd_kafka_conf_dump_free(list, count) }
    var result: [String: String] = [:]
    for at in stride(from: 0, to: count - 1, by: 2) {
      guard let key = list[at], let value = list[at + 1] else { continue }
      result[String(cString: key)] = String(cString: value)
    }
    return result
  }

  /// Returns whether a setting holds the address of a callback or the like, which users do not set by name.
  private static func isProgramPart(_ key: String) -> Bool {
    key.hasSuffix("_cb") || key.hasSuffix("opaque") || key == "default_topic_conf" || key == "enabled_events"
      || key == "client.software.name" || key == "client.software.version"
  }
}
