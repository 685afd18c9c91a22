#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#else
  #error("no C library known for this platform")
#endif

/// A file of `key=value` lines, as librdkafka's and Kafka's own tools read them.
enum PropertiesFile {
  /// Largest file that is read, bytes: certificates in PEM fit many times over.
  private static let maximumBytes = 1 << 20

  static func read(_ path: String) throws(TransportError) -> [(key: String, value: String)] {
    guard let file = fopen(path, "r") else {
      throw .settingsFile(
        file: path, line: nil, reason: "cannot be read: \(String(cString: strerror(errno)))")
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else {
      throw .settingsFile(
        file: path, line: nil, reason: "cannot be read: \(String(cString: strerror(errno)))")
    }
    guard count <= maximumBytes else {
      throw .settingsFile(file: path, line: nil, reason: "is above 1 MiB: not a file of settings")
    }
    return try parse(String(decoding: bytes[..<count], as: UTF8.self), file: path)
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
      // librdkafka takes a PEM in one line with \n written out.
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
