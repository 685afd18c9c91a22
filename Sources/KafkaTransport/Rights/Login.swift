/// The identity that brokers see for a client, as far as its settings show it.
public struct Login: Sendable, Equatable {
  /// Whether there is a login; without one, a broker's rules are about `User:ANONYMOUS`.
  public let isUsed: Bool
  /// The name; `nil` if a certificate, a ticket or a token contains it.
  let name: String?

  init(isUsed: Bool, name: String?) {
    self.isUsed = isUsed
    self.name = name
  }

  public init(_ settings: KafkaSettings) {
    func value(_ keys: String...) -> String? {
      keys.compactMap { settings.value($0) }.last.flatMap { $0.isEmpty ? nil : $0 }
    }
    switch value("security.protocol")?.lowercased() {
    case "sasl_plaintext", "sasl_ssl":
      isUsed = true
      let mechanism = value("sasl.mechanism", "sasl.mechanisms")?.uppercased() ?? "GSSAPI"
      // The name in the broker's rules: the broker maps the names of other mechanisms.
      name = mechanism == "PLAIN" || mechanism.hasPrefix("SCRAM-") ? value("sasl.username") : nil
    case "ssl":
      isUsed =
        value("ssl.certificate.location", "ssl.certificate.pem", "ssl_certificate", "ssl.keystore.location")
        != nil
      name = nil
    default:
      isUsed = false
      name = nil
    }
  }

  /// The principal in Kafka's rules; `User:NAME` for one that is unknown.
  var principal: String { "User:" + (name ?? (isUsed ? "NAME" : "ANONYMOUS")) }
}

extension Login: CustomStringConvertible {
  public var description: String {
    guard isUsed else { return "a client without a login" }
    return "this login" + (name.map { " (\($0))" } ?? "")
  }
}
