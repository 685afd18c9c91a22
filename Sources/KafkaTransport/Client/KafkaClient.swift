import CRDKafka
import FrameCore

/// Owns one librdkafka client.
final class KafkaClient: @unchecked Sendable {
  // Sound: librdkafka's handles may be used from any thread, and `handle` never changes.
  let handle: OpaquePointer
  let settings: KafkaSettings
  var brokers: NamedBroker { settings.broker }
  /// The identity that brokers see for this client.
  let login: Login
  private let events: ClientEvents
  private let isConsumer: Bool
  /// Whether it has its own serving thread. No other thread may then serve it: callbacks belong to that thread.
  private let isServed: Bool
  /// A further object that librdkafka's callbacks use.
  private let callee: (any Sendable)?

  /// - Parameter reads: whether a consumer reads records; `false` for one that only sends queries.
  init(
    _ type: rd_kafka_type_t, _ settings: KafkaSettings, preset: [(String, String)], events: ClientEvents,
    isServed: Bool = false, reads: Bool? = nil, callee: (any Sendable)? = nil
  ) throws(TransportError) {
    let configuration = try ClientConfiguration(settings, preset: preset)
    events.attach(to: configuration, hiding: settings.secrets)
    isConsumer = reads ?? (type == RD_KAFKA_CONSUMER)
    self.isServed = isServed
    self.callee = callee
    handle = try configuration.start(type)
    self.settings = settings
    login = Login(settings)
    self.events = events
  }

  deinit { ClientEnd.destroy(handle, keeping: (events, callee)) }

  /// Serves callbacks; waits up to `milliseconds` for the first.
  @discardableResult
  func poll(milliseconds: Int32) -> Int { Int(rd_kafka_poll(handle, milliseconds)) }

  /// Waits; serves callbacks meanwhile, unless another thread does.
  func pause(milliseconds: Int32) {
    guard isServed else { return _ = rd_kafka_poll(handle, milliseconds) }
    _ = StopSignal().sleep(until: FrameClock.monotonic() + Int64(milliseconds) * 1_000_000)
  }

  /// Waits; serves callbacks only where that is safe: a consumer that is polled this way ends with an assertion if a
  /// record waits.
  func rest(milliseconds: Int32) {
    guard isConsumer || isServed else { return _ = rd_kafka_poll(handle, milliseconds) }
    _ = StopSignal().sleep(until: FrameClock.monotonic() + Int64(milliseconds) * 1_000_000)
  }

  /// Why the client cannot connect to a broker that was reached, if that was the last error.
  var trouble: ConnectionTrouble? { events.trouble }

  /// Returns whether the trouble is certain, and true of all brokers that the user named or for long enough, so that
  /// waiting is useless.
  func hasSureTrouble(_ now: Int64) -> Bool {
    events.hasSureTrouble(now, named: brokers.servers.split(separator: ",").count)
  }

  /// Whether a connection to an advertised address has failed.
  var hasLostAdvertised: Bool { events.hasLostAdvertised }

  /// Stores the result of checking the advertised addresses; `nil` if they are in order.
  func noteAdvertised(_ trouble: ConnectionTrouble?) { events.noteAdvertised(trouble) }

  /// librdkafka's message for the client's last error.
  var lastMessage: String? { events.lastError.map { ConnectionTrouble.message($0.text) } }

  /// How brokers throttle this client, or did.
  var throttling: Throttling { events.throttling }

  /// How a broker throttles this client now.
  var currentThrottling: Throttling? {
    let throttling = throttling
    return throttling.isOn(FrameClock.monotonic()) ? throttling : nil
  }

  /// The last error, unless it is too old: librdkafka's message, and its meaning.
  var recentTrouble: (message: String?, trouble: ConnectionTrouble?) {
    guard let error = events.recentError else { return (nil, nil) }
    return (ConnectionTrouble.message(error.text), error.trouble)
  }

  /// Returns the error to throw for a code: the client's last own error is more informative than a time-out.
  func failure(_ action: String, _ code: KafkaCode, detail: String? = nil) -> TransportError {
    switch code {
    case .transport, .timedOut, .allBrokersDown, .unresolved:
      // A consumer that is polled this way ends with an assertion if a record waits.
      if !isConsumer, !isServed { poll(milliseconds: 0) }
      if let trouble { return .connection(broker: brokers.servers, trouble: trouble) }
      return .unreachable(broker: brokers.servers, reason: lastMessage ?? code.description)
    default:
      return .kafka(action: action, code: code, detail: detail)
    }
  }

  /// Returns the error to throw for a code; for a missing right it names the right.
  func failure(_ action: GuardedAction, _ code: KafkaCode, detail: String? = nil) -> TransportError {
    if let denial = denial(action, code) { return .denied(denial) }
    return failure("\(action)", code, detail: detail)
  }

  /// Returns the right that is missing for an action refused with this code, if it is one.
  func denial(_ action: GuardedAction, _ code: KafkaCode) -> Denial? {
    Denial(action, code, login: login, servers: brokers.servers)
  }

  /// The error after which the client can do nothing more; ``KafkaCode/none`` without one.
  var fatalCode: KafkaCode { KafkaCode(rd_kafka_fatal_error(handle, nil, 0)) }

  /// The error after which the client can do nothing more (such as an idempotent producer whose id the broker no longer
  /// knows).
  var fatalError: TransportError? {
    var text = [CChar](repeating: 0, count: 512)
    let code = KafkaCode(rd_kafka_fatal_error(handle, &text, text.count))
    guard code != .none else { return nil }
    let reason = String(cText: text)
    if code.isFenced, let name = settings.value("group.instance.id") {
      return .kafka(
        action: "the Kafka client failed", code: code,
        detail: "the name \(name) (--name, group.instance.id) is in use by another sink")
    }
    return .kafka(action: "the Kafka client failed", code: code, detail: reason)
  }

  /// Returns the value in force of a numeric setting.
  func number(_ name: String) -> Int? {
    var (text, size) = ([CChar](repeating: 0, count: 64), 64)
    guard let configuration = rd_kafka_conf(handle),
      rd_kafka_conf_get(configuration, name, &text, &size) == RD_KAFKA_CONF_OK
    else { return nil }
    return Int(String(cText: text))
  }

  /// Settings that differ from librdkafka's defaults; secrets as `***`.
  var effectiveSettings: [String: String] { EffectiveSettings.of(handle) }
}

/// The version of the librdkafka in use, `2.0.2`.
public var librdkafkaVersion: String { String(cString: rd_kafka_version_str()) }
