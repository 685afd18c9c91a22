/// Whom a broker takes a client for, as far as its settings tell.
public struct Login: Sendable, Equatable {
  /// Whether there is one at all: without, a broker's rules are about `User:ANONYMOUS`.
  public let isUsed: Bool
  /// The name; `nil` where a certificate, a ticket or a token has it.
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
      // As the broker's own rules say it: the names that others log in by are mapped there.
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

  /// As Kafka's rules call it; `User:NAME` stands for one that is not known.
  var principal: String { "User:" + (name ?? (isUsed ? "NAME" : "ANONYMOUS")) }
}

extension Login: CustomStringConvertible {
  public var description: String {
    guard isUsed else { return "a client without a login" }
    return "this login" + (name.map { " (\($0))" } ?? "")
  }
}
