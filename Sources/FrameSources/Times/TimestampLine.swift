/// A line of a timestamps file: a time and a name.
struct TimestampLine {
  let time: Substring
  let name: String

  /// - Parameter text: without blanks at either end.
  /// - Returns: `nil` without a name.
  init?(_ text: Substring) {
    guard let end = text.firstIndex(where: { Self.isSeparator($0) || Self.isBlank($0) }) else { return nil }
    time = text[..<end].drop { $0 == "\"" }.prefix { $0 != "\"" }
    var rest = text[end...].drop(while: Self.isBlank)
    // Blanks may precede the actual separator.
    var separator: Character?
    if let next = rest.first, Self.isSeparator(next) {
      separator = next
      rest = rest.dropFirst().drop(while: Self.isBlank)
    } else if text[end] == "\t" {
      separator = "\t"
    }
    if rest.first == "\"", let close = rest.dropFirst().firstIndex(of: "\"") {
      name = String(rest[rest.index(after: rest.startIndex)..<close])
    } else if let separator {
      // Further columns are ignored.
      name = String(Self.trimmed(rest.prefix { $0 != separator }))
    } else {
      name = String(rest)
    }
    guard !name.isEmpty else { return nil }
  }

  /// Whether the line names columns: `timestamp,filename`.
  static func isColumnNames(_ text: Substring) -> Bool {
    let field = text.prefix { !isSeparator($0) && !isBlank($0) }
    guard let first = field.drop(while: { $0 == "\"" || $0 == "%" }).first, first.isLetter else {
      return false
    }
    let names: Set<String> = [
      "time", "timestamp", "timestamps", "stamp", "ts", "t", "ns", "nsec", "sec", "seconds",
    ]
    let words = field.lowercased().split { !$0.isLetter }.map(String.init)
    return words.contains { names.contains($0) } || field.lowercased().contains("time")
  }

  static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: { $0.isWhitespace })
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }

  private static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
  private static func isSeparator(_ character: Character) -> Bool { character == "," || character == ";" }
}
