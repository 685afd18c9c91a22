import FrameCore

/// A file of `key=value` lines, as librdkafka's and Kafka's own tools read them.
enum PropertiesFile {
  static func read(_ path: String) throws(TransportError) -> [(key: String, value: String)] {
    let text: String
    do throws(SmallFile.Failure) {
      text = String(decoding: try SmallFile.read(path), as: UTF8.self)
    } catch {
      throw .settingsFile(file: path, line: nil, reason: error.ofSettings)
    }
    return try parse(text, file: path)
  }

  static func parse(_ text: String, file: String) throws(TransportError) -> [(key: String, value: String)] {
    var entries: [(key: String, value: String)] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = trimmed(line)
      guard let first = line.first, first != "#", first != "!" else { continue }
      guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
        throw .settingsFile(file: file, line: index + 1, reason: "expected key=value")
      }
      let value = String(trimmed(line[line.index(after: equals)...]))
      // librdkafka accepts a PEM in one line with \n written out.
      entries.append((String(trimmed(line[..<equals])), value.replacingEscapedNewlines))
    }
    return entries
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0.isWhitespace }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }
}

extension String {
  fileprivate var replacingEscapedNewlines: String {
    guard contains("\\n"), contains("-----BEGIN") else { return self }
    return split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n")
  }
}
