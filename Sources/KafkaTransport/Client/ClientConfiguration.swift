import CRDKafka

/// Owns a librdkafka configuration until a client takes ownership of it.
struct ClientConfiguration: ~Copyable {
  private var handle: OpaquePointer?

  init() { handle = rd_kafka_conf_new() }

  deinit {
    if let handle { rd_kafka_conf_destroy(handle) }
  }

  /// Applies a preset, then the user's settings.
  init(_ settings: KafkaSettings, preset: [(String, String)]) throws(TransportError) {
    self.init()
    for (key, value) in preset { try set(key, value) }
    if let fault = BrokerAddresses.fault(settings.brokers) {
      throw .setting(key: "bootstrap.servers (--broker)", reason: fault)
    }
    try set("bootstrap.servers", settings.brokers)
    for entry in settings.overrides { try set(entry.key, entry.value) }
  }

  mutating func set(_ key: String, _ value: String) throws(TransportError) {
    if let reason = GroupProtocol.refusal(of: key, value: value) { throw .setting(key: key, reason: reason) }
    // Checked first: librdkafka would accept the value and then fail to start with it.
    if let java = JavaSettings.counterpart(of: key, value: value) { throw .setting(key: key, reason: java) }
    var reason = [CChar](repeating: 0, count: 512)
    let result = rd_kafka_conf_set(handle, key, value, &reason, reason.count)
    guard result == RD_KAFKA_CONF_OK else {
      if let java = JavaSettings.counterpart(of: key) { throw .setting(key: key, reason: java) }
      let text = String(cText: reason)
      // librdkafka's message may quote the value.
      let shown = KafkaSettings.isSecret(key) ? "the value was refused" : text
      throw .setting(key: key, reason: "\(shown); see librdkafka's CONFIGURATION.md")
    }
  }

  /// Returns the value of a setting, defaults included; `nil` for a name that librdkafka does not know.
  func value(of name: String) -> String? {
    var (text, size) = ([CChar](repeating: 0, count: 512), 512)
    guard rd_kafka_conf_get(handle, name, &text, &size) == RD_KAFKA_CONF_OK else { return nil }
    return String(cText: text)
  }

  /// Calls `body` with the handle, to set callbacks; the configuration keeps the ownership.
  func withHandle(_ body: (OpaquePointer) -> Void) {
    if let handle { body(handle) }
  }

  /// Starts a new client with the configuration.
  consuming func start(_ type: rd_kafka_type_t) throws(TransportError) -> OpaquePointer {
    // librdkafka would start, and its connections would wait for a token that never comes.
    if let error = StartFailure.withoutToken({ value(of: $0) }) { throw error }
    var reason = [CChar](repeating: 0, count: 512)
    guard let client = rd_kafka_new(type, handle, &reason, reason.count) else {
      let text = String(cText: reason)
      throw StartFailure.error(text) { value(of: $0) }
    }
    // librdkafka owns it from here on.
    handle = nil
    return client
  }
}
