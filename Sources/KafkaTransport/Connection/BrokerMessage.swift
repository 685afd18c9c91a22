/// A message of librdkafka about one broker, parsed: `sasl_ssl://kafka1:9093/1: Connect to ipv4#... failed (after 3ms
/// in state CONNECT)`. After the address follows `bootstrap` for a broker that the user named, and an id for one that
/// brokers advertised.
struct BrokerMessage: Equatable {
  /// `HOST:PORT`.
  let address: String
  /// Whether the address is the broker's own (`advertised.listeners`), and not the user's.
  let isAdvertised: Bool
  /// The message without the address and times.
  let message: String

  /// Returns `nil` for a message that is not about a broker.
  init?(_ text: String) {
    let parts = text.split(separator: ": ", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    // A group coordinator's message has the broker's address after the coordinator's name.
    if parts[0] == "GroupCoordinator" || parts[0] == "TxnCoordinator" {
      let rest = parts[1].split(separator: ": ", maxSplits: 1).map(String.init)
      guard rest.count == 2, rest[0].contains(":"), !rest[0].contains(" ") else { return nil }
      (address, isAdvertised, message) = (rest[0], true, Self.withoutTimes(rest[1]))
      return
    }
    let start = parts[0].firstRange(of: "://")?.upperBound ?? parts[0].startIndex
    let name = parts[0][start...].split(separator: "/").map(String.init)
    guard name.count == 2, !name[0].contains(" "), name[1] == "bootstrap" || Int32(name[1]) != nil else {
      return nil
    }
    (address, isAdvertised, message) = (name[0], name[1] != "bootstrap", Self.withoutTimes(parts[1]))
  }

  static func withoutTimes(_ text: String) -> String {
    String(text[..<(text.firstRange(of: " (after ")?.lowerBound ?? text.endIndex)])
  }
}
