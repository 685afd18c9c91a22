import FrameCore

/// The lines that a file's name makes in ffmpeg's log where it has line breaks. They have no level and would be taken
/// for errors; of what ffmpeg says behind the name, the end of its line is left.
struct BrokenName: Sendable {
  /// Behind the first break, one for each line.
  private let lines: [[UInt8]]

  /// - Parameter path: of the file.
  init(_ path: String) {
    let parts = PathText.bytes(path).split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
    lines = parts.dropFirst().filter { !$0.isEmpty }.map { Array($0) }
  }

  /// What is said behind the name.
  /// - Parameter line: outlives the result.
  /// - Returns: `nil` for a line that is not of the name.
  func rest(of line: UnsafeBufferPointer<UInt8>) -> LogText? {
    guard let last = lines.last else { return nil }
    if line.starts(with: last) { return LogText(UnsafeBufferPointer(rebasing: line[last.count...])) }
    return lines.contains { $0.elementsEqual(line) }
      ? LogText(UnsafeBufferPointer(rebasing: line[..<0])) : nil
  }
}
