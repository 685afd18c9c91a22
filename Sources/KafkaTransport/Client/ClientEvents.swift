import FrameCore
import CRDKafka

/// The severity of a log line.
public enum KafkaLogLevel: Sendable, Equatable {
  case error, warning, notice, info, debug
  /// Not librdkafka's: a line of this library about something that went otherwise than requested.
  case ours
  /// Not librdkafka's: a line of this library that may interest its user.
  case ourNotice

  /// From syslog's numbers, which librdkafka uses.
  init(syslog level: Int32) {
    switch level {
    case ...3: self = .error
    case 4: self = .warning
    case 5: self = .notice
    case 6: self = .info
    default: self = .debug
    }
  }
}

/// Receives log lines, on librdkafka's own threads.
public typealias KafkaLog = @Sendable (KafkaLogLevel, String) -> Void

/// The callbacks of a client: log lines, errors, and the events that its owner handles.
final class ClientEvents: Sendable {
  private let log: KafkaLog?
  private let errors = Lock(Errors())
  private let throttled = Lock(Throttling())
  /// Values that no line may show. librdkafka omits most of them itself, but not all.
  private let secrets = Lock<[String]>([])
  /// Producer: one record was acknowledged or failed. The client's fatal error is passed too, if it has one.
  let delivered: (@Sendable (UnsafePointer<rd_kafka_message_t>, _ fatal: KafkaCode) -> Void)?
  /// Consumer: the group assigns partitions (`true`) or revokes them.
  let rebalanced: (@Sendable (_ isAssigned: Bool, _ client: OpaquePointer, PartitionList.Pointer) -> Void)?
  /// Consumer: a commit succeeded or failed.
  let committed: (@Sendable (KafkaCode) -> Void)?

  init(
    log: KafkaLog?, delivered: (@Sendable (UnsafePointer<rd_kafka_message_t>, KafkaCode) -> Void)? = nil,
    rebalanced: (@Sendable (Bool, OpaquePointer, PartitionList.Pointer) -> Void)? = nil,
    committed: (@Sendable (KafkaCode) -> Void)? = nil
  ) {
    self.log = log
    self.delivered = delivered
    self.rebalanced = rebalanced
    self.committed = committed
  }

  /// The last error of the client as a whole: why a broker does not answer.
  var lastError: (code: KafkaCode, text: String)? { errors.withLock { $0.last } }

  /// Why the client cannot connect to a broker that was reached, if that was the last error.
  var trouble: ConnectionTrouble? { errors.withLock { $0.advertised ?? $0.trouble } }

  /// How long a trouble must last, ns, if it may be another broker's or is only the likeliest.
  private static let doubt: Int64 = 2_000_000_000

  /// Returns whether it is certain that the client cannot connect to any broker.
  /// - Parameter named: the number of brokers that the user named: some may be in order while others are not.
  func hasSureTrouble(_ now: Int64, named: Int) -> Bool {
    errors.withLock { errors in
      if errors.advertised != nil { return true }
      guard let trouble = errors.trouble else { return false }
      if now - errors.troubledSince > Self.doubt { return true }
      return !trouble.isGuess && (!trouble.isOfBroker || errors.failed.count >= named)
    }
  }

  var hasLostAdvertised: Bool { errors.withLock { $0.hasLostAdvertised } }
  func noteAdvertised(_ trouble: ConnectionTrouble?) { errors.withLock { $0.advertised = trouble } }

  /// How brokers throttle the client.
  var throttling: Throttling { throttled.withLock { $0 } }

  /// The last error and its meaning, unless it is too old: a client in trouble retries every second or two.
  var recentError: (text: String, trouble: ConnectionTrouble?)? {
    let now = FrameClock.monotonic()
    return errors.withLock { errors in
      guard let last = errors.last, now - errors.at < Self.memory else { return nil }
      return (last.text, errors.trouble)
    }
  }

  /// How long an error explains why nothing makes progress, ns.
  private static let memory: Int64 = 15_000_000_000

  private struct Errors {
    var last: (code: KafkaCode, text: String)?
    /// When it occurred, monotonic ns.
    var at: Int64 = 0
    var trouble: ConnectionTrouble?
    /// When the trouble began, monotonic ns.
    var troubledSince: Int64 = 0
    /// The trouble of brokers that cannot be reached at their advertised addresses.
    var advertised: ConnectionTrouble?
    /// The addresses named by the user at which connections failed.
    var failed: Set<String> = []
    var hasLostAdvertised = false
    /// Why the last broker's certificate was refused.
    var certificate: ConnectionTrouble?
    /// Whether the client has its own certificate.
    var showsCertificate = false
    /// `security.protocol`.
    var protocols = ""
    /// Whether the client logs in with a token.
    var usesToken = false

    mutating func note(_ code: KafkaCode, _ text: String) {
      // "All brokers are down" is less informative than the connection error before it.
      if code == .allBrokersDown, last != nil { return }
      last = (code, text)
      at = FrameClock.monotonic()
      let broker = BrokerMessage(text)
      if let broker {
        if broker.isAdvertised { hasLostAdvertised = true } else { failed.insert(broker.address) }
      }
      var next = text.contains("certificate verify failed") ? certificate : ConnectionTrouble(code, text)
      switch next {
      // librdkafka 2.8 and newer do not send a certificate that none of the broker's authorities has signed.
      case .clientCertificateWanted where showsCertificate:
        next = .clientCertificateRefused("signed by no authority that it trusts")
      // A broker sends the same alert for no certificate as for a bad one.
      case .clientCertificateRefused where !showsCertificate: next = .clientCertificateWanted
      // A coordinator's name does not contain the protocol of its connection.
      case .brokerMayWantTLS where protocols.contains("ssl"),
        .brokerMayWantLogin where protocols.contains("sasl"):
        next = nil
      case .login(let message) where usesToken: next = broker == nil ? .noToken(message) : .token(message)
      default: break
      }
      // A connection closed in the next attempt is less informative than the reason of the previous one.
      let saysLess = next?.isGuess ?? text.contains("Disconnected")
      guard trouble == nil || !saysLess else { return }
      if trouble == nil { troubledSince = FrameClock.monotonic() }
      trouble = next
    }
  }

  func note(_ code: KafkaCode, _ text: String) { errors.withLock { $0.note(code, text) } }

  /// Stores the error in a log line. Log lines arrive at once, while errors wait until a thread polls; newer versions
  /// only log that a broker has closed the connection.
  private func noteLogged(_ level: Int32, _ facility: String, _ line: String) {
    guard facility == "FAIL", level <= 6 else { return }
    // "[thrd:localhost:9092/bootstrap]: localhost:9092/bootstrap: Disconnected: ..."
    note(.transport, line.firstRange(of: "]: ").map { String(line[$0.upperBound...]) } ?? line)
  }

  private func withoutSecrets(_ text: String) -> String {
    let text = secrets.withLock { $0.reduce(text) { $0.replacing($1, with: "***") } }
    // librdkafka quotes the rest of a value that it does not understand.
    guard let quoted = text.firstRange(of: "sasl.oauthbearer.config beginning at: ") else { return text }
    return text[..<quoted.upperBound] + "***"
  }

  /// Sets this object as the receiver of the configuration's callbacks; it must outlive the client.
  /// - Parameter secrets: values that no line may show.
  func attach(to configuration: borrowing ClientConfiguration, hiding secrets: [String]) {
    self.secrets.withLock { $0 = secrets }
    let certificates = ["ssl.certificate.location", "ssl.certificate.pem", "ssl.keystore.location"]
    let showsCertificate = certificates.contains { !(configuration.value(of: $0) ?? "").isEmpty }
    let protocols = configuration.value(of: "security.protocol")?.lowercased() ?? ""
    let usesToken = configuration.value(of: "sasl.mechanism") == "OAUTHBEARER"
    errors.withLock {
      $0.showsCertificate = showsCertificate
      $0.usesToken = usesToken
      $0.protocols = protocols
    }
    let object = Unmanaged.passUnretained(self).toOpaque()
    configuration.withHandle { conf in
      rd_kafka_conf_set_opaque(conf, object)
      rd_kafka_conf_set_log_cb(conf) { client, level, facility, line in
        guard let line, let events = ClientEvents.of(rd_kafka_opaque(client)) else { return }
        let text = events.withoutSecrets(String(cString: line))
        if let facility { events.noteLogged(level, String(cString: facility), text) }
        events.log?(KafkaLogLevel(syslog: level), text)
      }
      rd_kafka_conf_set_error_cb(conf) { _, code, reason, opaque in
        guard let reason, let events = ClientEvents.of(opaque) else { return }
        events.note(KafkaCode(rawValue: code), events.withoutSecrets(String(cString: reason)))
      }
      rd_kafka_conf_set_throttle_cb(conf) { _, broker, number, milliseconds, opaque in
        guard let broker, let events = ClientEvents.of(opaque) else { return }
        // librdkafka's name is HOST:PORT/NUMBER.
        let address = String(cString: broker).prefix { $0 != "/" }
        events.throttled.withLock {
          $0.note("\(number) (\(address))", milliseconds: Int(milliseconds), FrameClock.monotonic())
        }
      }
      // Decides as OpenSSL did, and keeps the reason: librdkafka's error says only that verifying failed.
      rd_kafka_conf_set_ssl_cert_verify_cb(conf) { _, broker, _, error, _, _, _, _, _, opaque in
        guard let error, error.pointee != 0 else { return 1 }
        let host = broker.map { String(cString: $0) } ?? ""
        let trouble = ConnectionTrouble(certificateCode: error.pointee, host: host)
        ClientEvents.of(opaque)?.errors.withLock { $0.certificate = trouble }
        return 0
      }
      if delivered != nil {
        rd_kafka_conf_set_dr_msg_cb(conf) { client, message, opaque in
          guard let message else { return }
          ClientEvents.of(opaque)?.delivered?(message, KafkaCode(rd_kafka_fatal_error(client, nil, 0)))
        }
      }
      if rebalanced != nil {
        rd_kafka_conf_set_rebalance_cb(conf) { client, code, partitions, opaque in
          guard let client, let partitions else { return }
          let isAssigned = code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS
          ClientEvents.of(opaque)?.rebalanced?(isAssigned, client, partitions)
        }
      }
      if committed != nil {
        rd_kafka_conf_set_offset_commit_cb(conf) { _, code, partitions, opaque in
          let codes = [KafkaCode(code)] + (partitions?.entries.map(\.code) ?? [])
          ClientEvents.of(opaque)?.committed?(codes.first { $0 != .none } ?? .none)
        }
      }
    }
  }

  private static func of(_ opaque: UnsafeMutableRawPointer?) -> ClientEvents? {
    opaque.map { Unmanaged<ClientEvents>.fromOpaque($0).takeUnretainedValue() }
  }
}
