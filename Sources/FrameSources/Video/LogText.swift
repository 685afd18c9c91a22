/// A line of ffmpeg's log in the format of `-loglevel level+info`: `[h264 @ 0x55d0] [error] what is wrong`.
struct LogText {
  enum Level {
    /// Levels info and verbose.
    case info
    case warning
    /// Also a line without a level: the system's own message when a program cannot run.
    case error
  }

  let level: Level
  /// The component that logs, without its address: `h264`; empty for ffmpeg itself.
  let speaker: Substring
  private let bytes: UnsafeBufferPointer<UInt8>

  /// - Parameter line: must outlive this value.
  init(_ line: UnsafeBufferPointer<UInt8>) {
    var (level, speaker) = (Level.error, Substring())
    var rest = line
    while rest.first == UInt8(ascii: "["), let end = rest.firstIndex(of: UInt8(ascii: "]")) {
      let inside = UnsafeBufferPointer(rebasing: rest[1..<end])
      if inside.elementsEqual("info".utf8) || inside.elementsEqual("verbose".utf8) {
        level = .info
      } else if inside.elementsEqual("warning".utf8) {
        level = .warning
      } else if inside.contains(UInt8(ascii: "@")) {
        speaker = Substring(decoding: inside.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)
      }
      rest = UnsafeBufferPointer(rebasing: rest[(end + 1)...])
      while rest.first == UInt8(ascii: " ") { rest = UnsafeBufferPointer(rebasing: rest.dropFirst()) }
    }
    (self.level, self.speaker) = (level, speaker)
    bytes = rest
  }

  /// The message, with the component that logs it.
  var text: String {
    var count = bytes.count
    while count > 0, bytes[count - 1] <= 0x20 { count -= 1 }
    let said = String(decoding: bytes[..<count], as: UTF8.self)
    return speaker.isEmpty || speaker == "NULL" ? said : "\(speaker): \(said)"
  }

  func hasPrefix(_ text: StaticString) -> Bool { find(text) == text.utf8CodeUnitCount }

  func contains(_ text: StaticString) -> Bool { find(text) != nil }

  /// Returns the integer after the first occurrence of a key.
  func number(_ key: StaticString) -> Int64? { find(key).flatMap { number(at: $0)?.value } }

  /// Returns the ratio after the first occurrence of a key: `1/12800`.
  func ratio(_ key: StaticString) -> (over: Int64, under: Int64)? {
    guard let start = find(key), let over = number(at: start), over.end < bytes.count,
      bytes[over.end] == UInt8(ascii: "/"), let under = number(at: over.end + 1), over.value > 0,
      under.value > 0
    else { return nil }
    return (over.value, under.value)
  }

  /// Returns the end of the first occurrence of a text.
  private func find(_ text: StaticString) -> Int? {
    let length = text.utf8CodeUnitCount
    guard length <= bytes.count else { return nil }
    for start in 0...(bytes.count - length) {
      var at = 0
      while at < length, bytes[start + at] == text.utf8Start[at] { at += 1 }
      if at == length { return start + length }
    }
    return nil
  }

  private func number(at start: Int) -> (value: Int64, end: Int)? {
    var at = start
    let isNegative = at < bytes.count && bytes[at] == UInt8(ascii: "-")
    if isNegative { at += 1 }
    let first = at
    var value: Int64 = 0
    while at < bytes.count, at - first < 18, (0x30...0x39).contains(bytes[at]) {
      value = value * 10 + Int64(bytes[at] - 0x30)
      at += 1
    }
    return at > first ? (isNegative ? -value : value, at) : nil
  }
}
