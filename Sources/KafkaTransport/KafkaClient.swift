import CRDKafka

/// Owns one librdkafka client.
final class KafkaClient: @unchecked Sendable {
  // Sound: librdkafka's handles may be used from any thread, and `handle` never changes.
  let handle: OpaquePointer
  let brokers: String
  private let events: ClientEvents

  init(
    _ type: rd_kafka_type_t, _ settings: KafkaSettings, preset: [(String, String)], events: ClientEvents
  ) throws(TransportError) {
    let configuration = try ClientConfiguration(settings, preset: preset)
    events.attach(to: configuration)
    handle = try configuration.start(type)
    brokers =
      settings.value("bootstrap.servers") ?? settings.value("metadata.broker.list") ?? settings.brokers
    self.events = events
  }

  deinit { rd_kafka_destroy(handle) }

  /// Serves callbacks; waits up to `milliseconds` for the first.
  @discardableResult
  func poll(milliseconds: Int32) -> Int { Int(rd_kafka_poll(handle, milliseconds)) }

  /// An error as one thrown: the client's last own error says more than a time-out does.
  func failure(_ action: String, _ code: KafkaCode, detail: String? = nil) -> TransportError {
    switch code {
    case .transport, .timedOut, .allBrokersDown, .unresolved:
      poll(milliseconds: 0)
      return .unreachable(broker: brokers, reason: lastReason ?? code.description)
    default:
      return .kafka(action: action, code: code, detail: detail)
    }
  }

  /// librdkafka's last error without its prefix of thread and address.
  private var lastReason: String? {
    guard let text = events.lastError?.text else { return nil }
    // "localhost:9092/bootstrap: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms ...)"
    let end = text.firstRange(of: " (after ")?.lowerBound ?? text.endIndex
    let start = text.firstRange(of: ": ")?.upperBound ?? text.startIndex
    return start < end ? String(text[start..<end]) : text
  }

  /// Why the client can do nothing more; ``KafkaCode/none`` while it can.
  var fatalCode: KafkaCode { KafkaCode(rd_kafka_fatal_error(handle, nil, 0)) }

  /// Set when the client can do nothing more (an idempotent producer that lost its place, for one).
  var fatalError: TransportError? {
    var text = [CChar](repeating: 0, count: 512)
    let code = KafkaCode(rd_kafka_fatal_error(handle, &text, text.count))
    guard code != .none else { return nil }
    let reason = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return .kafka(action: "the Kafka client gave up", code: code, detail: reason)
  }

  /// Settings that differ from librdkafka's defaults; secrets as `***`.
  var effectiveSettings: [String: String] { EffectiveSettings.of(handle) }
}

/// The version of the librdkafka in use, `2.0.2`.
public var librdkafkaVersion: String { String(cString: rd_kafka_version_str()) }
