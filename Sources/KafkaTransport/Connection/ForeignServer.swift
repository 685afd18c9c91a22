/// Another kind of server at a port where Kafka should be, recognised by the first four bytes of its answer. librdkafka
/// reads them as a size: "Invalid response size 1213486160" is `HTTP`.
public enum ForeignServer: Sendable, Equatable {
  case http
  case tls
  /// Another text protocol; its first characters.
  case text(String)

  /// - Parameter message: librdkafka's message.
  init?(_ message: String) {
    guard let size = Self.refusedSize(message) else { return nil }
    let bits = UInt32(bitPattern: size)
    self.init([24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> $0) })
  }

  /// - Parameter bytes: the first four bytes of the answer.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == 4 else { return nil }
    // An alert or a handshake of TLS 1.x (RFC 8446, 5.1): its kind, then the version 3.1 to 3.4.
    if [0x15, 0x16].contains(bytes[0]), bytes[1] == 3, bytes[2] <= 4 {
      self = .tls
    } else if bytes.allSatisfy({ (0x20...0x7e).contains($0) || [0x09, 0x0a, 0x0d].contains($0) }) {
      let text = String(decoding: bytes, as: UTF8.self)
      // Some servers answer an invalid request with a page alone.
      let isHTTP = ["http", "<!do", "<htm", "<hea"].contains(text.lowercased())
      self = isHTTP ? .http : .text(text.filter { $0 >= " " })
    } else {
      return nil
    }
  }

  /// Returns the size in
  /// "Receive failed: Invalid response size 132710957 (0..100000000): increase receive.message.max.bytes".
  static func refusedSize(_ message: String) -> Int32? {
    guard let start = message.firstRange(of: "Invalid response size ")?.upperBound else { return nil }
    return Int32(message[start...].prefix { $0 == "-" || ($0.isASCII && $0.isNumber) })
  }
}

extension ForeignServer: CustomStringConvertible {
  /// The kind of server and a verb.
  public var description: String {
    switch self {
    case .http: "an HTTP server answers"
    case .tls: "a server with TLS answers"
    case .text(let beginning): "another server answers (\"\(beginning)...\")"
    }
  }
}
