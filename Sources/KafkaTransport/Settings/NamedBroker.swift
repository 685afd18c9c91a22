/// The brokers in use, with the command-line arguments that name them, so that printed commands can be pasted.
public struct NamedBroker: Sendable, Equatable {
  /// `HOST:PORT[,HOST:PORT]`.
  public let servers: String
  /// The further arguments needed to connect to them, for a shell: `--kafka-config client.properties`.
  let further: [String]

  public init(_ servers: String, further: [String] = []) {
    self.servers = servers
    self.further = further
  }

  /// `--broker HOST:PORT` and the user's further connection arguments, without secrets.
  public var arguments: String {
    (["--broker", Self.quoted(servers)] + further).joined(separator: " ")
  }

  /// Quotes a word for a shell where needed.
  static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"):
          true
        default: "._-+=,:/@%".utf8.contains(byte)
        }
      }
    return isPlain ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
  }
}

extension NamedBroker: CustomStringConvertible {
  public var description: String { servers }
}

extension NamedBroker: ExpressibleByStringLiteral {
  public init(stringLiteral servers: String) { self.init(servers) }
}
