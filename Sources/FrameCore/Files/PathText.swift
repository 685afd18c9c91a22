/// Converts between paths, which are bytes on Unix and need not be UTF-8, and text.
///
/// A byte that is not part of valid UTF-8 becomes one private-use character, U+10F780 to U+10F7FF for 0x80 to 0xFF, so
/// that a path survives all code that works with text. Those characters themselves are escaped byte by byte where a
/// path contains them, so that the mapping is unambiguous.
public enum PathText {
  private static let plane: UInt32 = 0x10_F700
  private static let stands = (plane + 0x80)...(plane + 0xFF)

  /// Returns the text of a path.
  public static func text(_ bytes: some Collection<UInt8>) -> String {
    var text = String.UnicodeScalarView()
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var rest = bytes[...]
    func escape(_ count: Int) {
      text.append(contentsOf: rest.prefix(count).lazy.compactMap { Unicode.Scalar(plane + UInt32($0)) })
    }
    while true {
      let count: Int
      switch parser.parseScalar(from: &iterator) {
      case .valid(let encoded):
        count = encoded.count
        let scalar = Unicode.UTF8.decode(encoded)
        if stands.contains(scalar.value) { escape(count) } else { text.append(scalar) }
      case .error(let length):
        count = length
        escape(count)
      case .emptyInput: return String(text)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// Returns the path of a text.
  public static func bytes(_ text: String) -> [UInt8] {
    guard isEscaped(text) else { return Array(text.utf8) }
    return text.unicodeScalars.flatMap { scalar in
      byte(scalar).map { [$0] }
        ?? Array(Unicode.UTF8.encode(scalar) ?? Unicode.UTF8.encodedReplacementCharacter)
    }
  }

  /// Whether a text is that of a path that is not UTF-8.
  public static func isEscaped(_ text: String) -> Bool { text.unicodeScalars.contains { byte($0) != nil } }

  /// Returns a text that may contain such paths for display: their escaped bytes as `\xE9`.
  public static func shown(_ text: String) -> String {
    guard isEscaped(text) else { return text }
    return text.unicodeScalars.reduce(into: "") { shown, scalar in
      if let byte = byte(scalar) {
        shown += "\\x" + String(byte, radix: 16, uppercase: true)
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
  }

  private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    stands.contains(scalar.value) ? UInt8(scalar.value - plane) : nil
  }
}
