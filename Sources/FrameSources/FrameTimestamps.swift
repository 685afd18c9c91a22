/// Recorded capture times: one `seconds name` a line, as camera rigs and ROS bag exports write them.
public struct FrameTimestamps: Sendable, Equatable {
  /// The file they were read from.
  public let file: String
  /// File names, in the order of their times.
  public let names: [String]
  /// ns from the first, in the same order.
  public let offsets: [Int64]
  /// Line of each entry, for messages.
  let lines: [Int]
  /// From the start of one loop to the next: the recording and one median interval, ns.
  let period: Int64

  public var count: Int { names.count }

  /// Reads a timestamps file. Blank lines and those that start with `#` are skipped.
  public static func load(_ path: String) throws(SourceError) -> FrameTimestamps {
    let file = try SourceFile(path: path)
    guard let size = file.size, size <= 256 << 20 else {
      throw .malformed(path, problem: "expected a text file of at most 256 MiB")
    }
    var bytes = [UInt8](repeating: 0, count: size)
    let result: Result<Int, SourceError> = bytes.withUnsafeMutableBytes { target in
      do throws(SourceError) { return .success(try file.read(into: target)) } catch { return .failure(error) }
    }
    return try parse(bytes[..<(try result.get())], file: path)
  }

  /// Longest recording, seconds.
  private static let longest = 4e8

  /// - Parameter file: named in messages.
  static func parse(_ bytes: ArraySlice<UInt8>, file: String) throws(SourceError) -> FrameTimestamps {
    var names: [String] = []
    var offsets: [Int64] = []
    var lines: [Int] = []
    var first: Double?
    var rest = bytes
    var number = 0
    // Line by line: a list of all lines would take many times the file where they are short.
    while !rest.isEmpty {
      let line = rest.prefix { $0 != 0x0A }
      rest = rest[line.endIndex...].dropFirst()
      number += 1
      let text = String(decoding: line, as: UTF8.self)
      let words = text.split(whereSeparator: \.isWhitespace)
      guard let word = words.first, !word.hasPrefix("#") else { continue }
      func failure(_ problem: String) -> SourceError {
        .timestamps(file: file, line: number, problem: problem)
      }
      guard words.count == 2 else { throw failure("expected \"seconds name\", found \(words.count) words") }
      guard let seconds = Double(word), abs(seconds) < 4e9 else {
        throw failure("\"\(word)\" is not a number of seconds")
      }
      // In ns, ten loops of as much are well within Int64.
      guard abs(seconds - (first ?? seconds)) < longest else {
        throw failure("\(word) s is more than 12 years from the first line")
      }
      let offset = Int64(((seconds - (first ?? seconds)) * 1e9).rounded())
      guard offset >= offsets.last ?? 0 else {
        throw failure("\(word) s is before the line above; times must not go back")
      }
      first = first ?? seconds
      names.append(String(words[1]))
      offsets.append(offset)
      lines.append(number)
    }
    guard !names.isEmpty else {
      throw .malformed(file, problem: "no timestamps; expected lines of \"seconds name\"")
    }
    let intervals = zip(offsets.dropFirst(), offsets).map { $0 - $1 }.sorted()
    let median = intervals.isEmpty ? 33_333_333 : intervals[intervals.count / 2]
    return FrameTimestamps(
      file: file, names: names, offsets: offsets, lines: lines, period: (offsets.last ?? 0) + median)
  }

  /// Offset of a frame of a feed that is looped.
  func offset(_ index: Int) -> Int64 {
    let (loop, at) = index.quotientAndRemainder(dividingBy: offsets.count)
    return Int64(loop) * period + offsets[at]
  }
}
