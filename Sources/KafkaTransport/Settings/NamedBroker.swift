/// The brokers in use, and how a command line names them once more: printed remedies can be pasted as they are.
public struct NamedBroker: Sendable, Equatable {
  /// `HOST:PORT[,HOST:PORT]`.
  public let servers: String
  /// What beside their names it takes to come to them, as words for a shell: `--kafka-config client.properties`.
  let further: [String]

  public init(_ servers: String, further: [String] = []) {
    self.servers = servers
    self.further = further
  }

  /// `--broker HOST:PORT` and what else the user gave for the way there, without secrets.
  public var arguments: String {
    (["--broker", Self.quoted(servers)] + further).joined(separator: " ")
  }

  /// A word as a shell takes it.
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
