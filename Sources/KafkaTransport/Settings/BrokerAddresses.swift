import Glibc

/// Finds addresses that librdkafka would misread in `HOST:PORT[,HOST:PORT]`: of an IPv6 address without brackets it
/// reads the last part as the port, or all of it as a name.
enum BrokerAddresses {
  /// Returns a message with what to write instead; `nil` if no fault is found.
  static func fault(_ servers: String) -> String? {
    for server in servers.split(separator: ",") {
      let address = server.drop { $0 == " " }
      let start = address.firstRange(of: "://")?.upperBound ?? address.startIndex
      guard let meant = bracketed(String(address[start...])) else { continue }
      return "an IPv6 address needs brackets: \(address[..<start])\(meant)"
    }
    return nil
  }

  private static func bracketed(_ address: String) -> String? {
    guard !address.hasPrefix("["), address.count(where: { $0 == ":" }) > 1,
      let colon = address.lastIndex(of: ":")
    else { return nil }
    let (host, port) = (String(address[..<colon]), String(address[address.index(after: colon)...]))
    if isIPv6(host), UInt16(port) != nil { return "[\(host)]:\(port)" }
    return isIPv6(address) ? "[\(address)]:9092" : nil
  }

  private static func isIPv6(_ text: String) -> Bool {
    var address = in6_addr()
    return inet_pton(AF_INET6, text, &address) == 1
  }
}
