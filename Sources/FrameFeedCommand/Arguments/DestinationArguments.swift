public import CommandArguments
public import FrameFeed

// Where answers and refused records go: a path, or `kafka:TOPIC`.
extension ResultDestination: ArgumentValue {
  public init?(argument: String) {
    switch KafkaDestination(argument) {
    case .topic(let topic): self = .topic(topic)
    case .path: self = .file(argument)
    case nil: return nil
    }
  }

  public var argument: String {
    switch self {
    case .file(let path): path
    case .topic(let topic): "kafka:\(topic)"
    }
  }

  public static var expectation: String { "a file, or kafka: with a topic's name after the colon" }
}

extension DeadLetterDestination: ArgumentValue {
  public init?(argument: String) {
    switch KafkaDestination(argument) {
    case .topic(let topic): self = .topic(topic)
    case .path: self = .directory(argument)
    case nil: return nil
    }
  }

  public var argument: String {
    switch self {
    case .directory(let path): path
    case .topic(let topic): "kafka:\(topic)"
    }
  }

  public static var expectation: String { "a directory, or kafka: with a topic's name after the colon" }
}

/// `kafka:TOPIC`, or a path.
enum KafkaDestination {
  case topic(String)
  case path

  init?(_ text: String) {
    guard !text.isEmpty else { return nil }
    guard text.hasPrefix("kafka:") else {
      self = .path
      return
    }
    let topic = String(text.dropFirst(6))
    guard Self.isTopic(topic) else { return nil }
    self = .topic(topic)
  }

  /// Returns whether a topic can have this name.
  static func isTopic(_ name: String) -> Bool {
    (1...249).contains(name.utf8.count) && name != "." && name != ".."
      && name.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
