import FrameCore

/// Recorded capture times: one time and file name per line, in the format of camera rigs, EuRoC data sets and ROS bag
/// exports.
///
/// Time and name are separated by a comma, a semicolon, a tab or blanks; names may contain blanks. Blank lines, those
/// that start with `#`, and a first line of column names are skipped. Times are seconds, ms, us or ns: a line above
/// them states the unit, else their size determines it.
public struct FrameTimestamps: Sendable, Equatable {
  /// The file that they were read from.
  public let file: String
  /// File names, in the order of their times.
  public let names: [String]
  /// ns from the first, in the same order.
  public let offsets: [Int64]
  /// What the user should know: which unit was assumed.
  public let notes: [String]
  /// Line of each entry, for messages.
  let lines: [Int]
  /// Time from the start of one loop to the next: the recording and one median interval, ns.
  let period: Int64

  public var count: Int { names.count }

  /// Reads a timestamps file.
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

  /// Longest recording, ns: 12 years, so that ten loops of it are well within Int64.
  private static let longest: Int128 = 400_000_000_000_000_000

  /// - Parameter file: named in messages.
  static func parse(_ bytes: ArraySlice<UInt8>, file: String) throws(SourceError) -> FrameTimestamps {
    var times: [Int128] = []
    var (names, lines): ([String], [Int]) = ([], [])
    var last: RecordedTime?
    var unit: RecordedTime.Unit?
    var rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes
    var number = 0
    // Line by line: an array of all lines would need many times the size of a file with short lines.
    while !rest.isEmpty {
      let line = rest.prefix { $0 != 0x0A }
      rest = rest[line.endIndex...].dropFirst()
      number += 1
      let text = TimestampLine.trimmed(PathText.text(line)[...])
      guard !text.isEmpty else { continue }
      guard !text.hasPrefix("#") else {
        if names.isEmpty { unit = unit ?? RecordedTime.Unit(header: text) }
        continue
      }
      if names.isEmpty, TimestampLine.isColumnNames(text) {
        unit = unit ?? RecordedTime.Unit(header: text)
        continue
      }
      func failure(_ problem: String) -> SourceError {
        .timestamps(file: file, line: number, problem: problem)
      }
      guard let parts = TimestampLine(text) else {
        throw failure("expected \"time name\", found \"\(text)\"")
      }
      guard let time = RecordedTime(parts.time) else { throw failure("\"\(parts.time)\" is not a number") }
      guard time.scaled >= last?.scaled ?? time.scaled else {
        throw failure("\(parts.time) is before the line above; times must not go back")
      }
      last = time
      times.append(time.scaled)
      names.append(parts.name)
      lines.append(number)
    }
    guard let first = times.first, let last else {
      throw .malformed(file, problem: "no timestamps; expected lines of \"time name\"")
    }
    let known = unit
    let taken = known ?? RecordedTime.Unit(likely: last)
    func offset(_ time: Int128) -> Int128 { (time - first) * taken.nanoseconds / 1_000_000_000 }
    if let at = times.firstIndex(where: { offset($0) > longest }) {
      throw .timestamps(
        file: file, line: lines[at],
        problem:
          "is more than 12 years from the first line, in \(taken); a line \"# [ns]\" above names another unit"
      )
    }
    return FrameTimestamps(
      file: file, names: names, offsets: times.map { Int64(offset($0)) }, lines: lines,
      notes: [
        "times of \(PathText.shown(file)) are read as \(taken)\(known == nil ? ", by their size" : ", as the file says")"
      ])
  }

  init(file: String, names: [String], offsets: [Int64], lines: [Int], notes: [String]) {
    self.file = file
    self.names = names
    self.offsets = offsets
    self.lines = lines
    self.notes = notes
    let intervals = zip(offsets.dropFirst(), offsets).map { $0 - $1 }.sorted()
    let median = intervals.isEmpty ? 33_333_333 : intervals[intervals.count / 2]
    period = (offsets.last ?? 0) + median
  }

  /// Returns the times of some entries alone, relative to the first of them.
  func selecting(_ indices: [Int]) -> FrameTimestamps {
    let start = indices.first.map { offsets[$0] } ?? 0
    return FrameTimestamps(
      file: file, names: indices.map { names[$0] }, offsets: indices.map { offsets[$0] - start },
      lines: indices.map { lines[$0] }, notes: notes)
  }

}
