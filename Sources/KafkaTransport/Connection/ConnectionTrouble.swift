import CRDKafka

/// Why a broker refuses a client, or a client does not trust a broker; described in one sentence that says what to do.
public enum ConnectionTrouble: Sendable, Equatable {
  /// The broker's certificate is signed by no authority that the client knows.
  case unknownAuthority
  case certificateExpired
  case certificateNotYetValid
  /// The certificate is for other hosts than this one.
  case otherHost(String)
  /// Any other OpenSSL error for the broker's certificate: its code (`X509_V_ERR_...`).
  case certificate(code: Int32)
  case clientCertificateWanted
  /// The broker's TLS alert.
  case clientCertificateRefused(String)
  /// The port may need TLS, and the client does not use it.
  case brokerMayWantTLS
  /// The port may have no TLS, and the client uses it.
  case brokerMayHaveNoTLS
  /// The port may need a login, and the client has none.
  case brokerMayWantLogin
  /// The broker refuses the login; librdkafka's message.
  case login(String)
  /// The broker refuses an OAUTHBEARER token; the broker's message.
  case token(String)
  /// There is no token; librdkafka's message.
  case noToken(String)
  /// The port accepts no logins, and the client has one.
  case takesNoLogin
  /// Another kind of server listens there.
  case otherServer(ForeignServer, at: String)
  /// The broker advertises an address that clients cannot connect to.
  case advertised(String, AdvertisedFault)
  /// The login fails because this version of librdkafka cannot log in by SCRAM to a current Kafka; librdkafka's
  /// message.
  case scramLogin(String, LibraryVersion)

  /// The trouble for OpenSSL's error about a broker's certificate.
  /// - Parameters:
  ///   - code: `X509_V_ERR_...`.
  ///   - host: the broker's address, `HOST:PORT`.
  init(certificateCode code: Int32, host: String) {
    self =
      switch code {
      case 2, 18, 19, 20, 21: .unknownAuthority
      case 9: .certificateNotYetValid
      case 10: .certificateExpired
      case 62, 64: .otherHost(String(host.prefix(upTo: host.lastIndex(of: ":") ?? host.endIndex)))
      default: .certificate(code: code)
      }
  }

  /// The meaning of librdkafka's message for a failed connection, if it is known.
  init?(_ code: KafkaCode, _ text: String, version: LibraryVersion = .inUse) {
    if let server = ForeignServer(text), let broker = BrokerMessage(text) {
      self = Self.notKafka(server, broker)
    } else if text.contains("SSL alert number"), let alert = Self.clientCertificateAlert(text) {
      self = alert
    } else if Self.isForTLS(text) {
      self = .brokerMayWantTLS
    } else if Self.isForLogins(text) {
      self = .brokerMayWantLogin
    } else if Self.isWithoutTLS(text) {
      self = .brokerMayHaveNoTLS
    } else if text.hasSuffix("supported mechanisms: ") || text.contains("supported mechanisms:  (after") {
      self = .takesNoLogin
    } else if code.isOfLogin || text.contains("SASL") {
      let isTooOld = text.contains("SCRAM") && !LibraryAbility.loggingInByScram.isThere(in: version)
      self = isTooOld ? .scramLogin(Self.message(text), version) : .login(Self.message(text))
    } else {
      return nil
    }
  }

  private static func notKafka(_ server: ForeignServer, _ broker: BrokerMessage) -> ConnectionTrouble {
    if broker.isAdvertised { return .advertised(broker.address, .otherServer(server)) }
    return server == .tls ? .brokerMayWantTLS : .otherServer(server, at: broker.address)
  }

  private static func clientCertificateAlert(_ text: String) -> ConnectionTrouble? {
    guard let start = text.firstRange(of: " alert ")?.upperBound,
      let end = text[start...].firstRange(of: ": SSL alert number")?.lowerBound
    else { return nil }
    let alert = String(text[start..<end])
    switch alert {
    // With TLS 1.2 a broker reports a missing certificate only as a handshake failure.
    case "certificate required", "handshake failure": return .clientCertificateWanted
    case _ where alert.contains("certificate") || alert.contains("unknown ca"):
      return .clientCertificateRefused(alert)
    default: return nil
    }
  }

  /// Returns whether the message fits a broker with TLS, which closes the connection on the first request. librdkafka's
  /// message says so up to 2.8, and not since. (`rd_kafka_broker_set_error`)
  private static func isForTLS(_ text: String) -> Bool {
    if text.contains("connecting to a SSL listener?") { return true }
    let isWithTLS = text.hasPrefix("ssl://") || text.hasPrefix("sasl_ssl://")
    return !isWithTLS && text.contains("Disconnected") && text.contains("in state APIVERSION_QUERY")
  }

  /// Returns whether the message fits a broker with logins, which answers the version request and closes the connection
  /// on the next one.
  private static func isForLogins(_ text: String) -> Bool {
    if text.contains("broker might require SASL authentication") { return true }
    guard !text.hasPrefix("sasl_"),
      // A request that was under way meanwhile fails the second way.
      ["Disconnected", "SSL transport error: Broken pipe"].contains(where: { text.contains($0) }),
      let start = text.firstRange(of: " (after ")?.upperBound,
      let end = text[start...].firstRange(of: "ms in state UP")?.lowerBound,
      let milliseconds = Int(text[start..<end])
    else { return false }
    return milliseconds < 2000
  }

  /// Returns whether the message fits a broker without TLS, which closes the connection on a handshake, or answers
  /// without TLS.
  private static func isWithoutTLS(_ text: String) -> Bool {
    if text.contains("connecting to a PLAINTEXT broker listener?") { return true }
    let isHandshake = text.contains("SSL handshake failed") || text.contains("in state SSL_HANDSHAKE")
    return isHandshake
      && ["unexpected eof", "wrong version number", "Disconnected"].contains { text.contains($0) }
  }

  /// librdkafka's message without its prefix of protocol and address and its suffix of times.
  static func message(_ text: String) -> String {
    // "localhost:9092/bootstrap: Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 0ms ...)"
    let end = text.firstRange(of: " (after ")?.lowerBound ?? text.endIndex
    let start = text.firstRange(of: ": ")?.upperBound ?? text.startIndex
    return start < end ? String(text[start..<end]) : text
  }

  /// Whether this is only the likeliest reason; a certain one is more informative.
  var isGuess: Bool {
    switch self {
    case .brokerMayWantTLS, .brokerMayHaveNoTLS, .brokerMayWantLogin: true
    default: false
    }
  }

  /// Whether it may pass when brokers or the network come back.
  var mayPass: Bool {
    if case .advertised = self { return true }
    return isGuess
  }

  /// Whether it is about a broker.
  var isOfBroker: Bool {
    switch self {
    case .otherServer, .noToken: false
    default: true
    }
  }
}

extension ConnectionTrouble: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownAuthority:
      "its certificate is signed by no authority in ssl.ca.location: name the file of the CA that signed it, -X ssl.ca.location=ca.pem"
    case .certificateExpired:
      "its certificate has expired: renew it on the broker, or set this machine's clock"
    case .certificateNotYetValid:
      "its certificate is not valid yet: set this machine's clock, or the broker's"
    case .otherHost(let host):
      "its certificate is for other names than \(host): give the broker one for \(host), or name the broker as its certificate does"
    case .certificate(let code):
      "its certificate is refused, X509 error \(code); openssl verify -CAfile ca.pem broker.pem says why"
    case .clientCertificateWanted:
      "it requires a client certificate: set -X ssl.certificate.location=client.pem -X ssl.key.location=client.key"
    case .clientCertificateRefused(let alert):
      "it refuses the client certificate (\(alert)): set ssl.certificate.location and ssl.key.location to one it trusts"
    case .brokerMayWantTLS:
      "it closes the connection of a client without TLS: if this port is one for TLS, set -X security.protocol=ssl (sasl_ssl with a login)"
    case .brokerMayHaveNoTLS:
      "it closes the connection in the TLS handshake: if this port is one without TLS, set -X security.protocol=plaintext (sasl_plaintext with a login)"
    case .brokerMayWantLogin:
      "it closes the connection of a client without a login: if this port is one for logins, set -X security.protocol=sasl_plaintext (sasl_ssl with TLS), sasl.mechanism, sasl.username and sasl.password"
    case .takesNoLogin:
      "this port accepts no logins: set -X security.protocol=plaintext (ssl with TLS), or name the port that does"
    case .token(let message):
      "it refuses the token (\(message)): check what sasl.oauthbearer.config or the issuer of tokens writes into it: principal, scope, lifetime"
    case .noToken(let message):
      "there is no token for the login (\(message)): check sasl.oauthbearer.config, or the issuer of tokens"
    case .otherServer(let server, let address):
      "\(server) at \(address), not Kafka: name Kafka's port with --broker"
    case .advertised(let address, let fault):
      "it answers, and advertises \(address), \(fault.message)"
    case .login(let message):
      "it refuses the login (\(message)): check sasl.mechanism, sasl.username and sasl.password, and whether it accepts logins at all"
    case .scramLogin(let message, let version):
      "it refuses the login (\(message)): librdkafka \(version) cannot \(LibraryAbility.loggingInByScram.action), whatever the password; \(LibraryAbility.loggingInByScram.since) or newer can (make deps installs one), or use -X sasl.mechanism=PLAIN over TLS. With an older Kafka check sasl.username and sasl.password"
    }
  }
}

extension KafkaCode {
  fileprivate var isOfLogin: Bool {
    switch code {
    case RD_KAFKA_RESP_ERR__AUTHENTICATION, RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,
      RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
      true
    default: false
    }
  }
}
