import FrameCore

/// The lines that a file name with line breaks adds to ffmpeg's log. They have no level and would be read as errors;
/// the last of them also contains what ffmpeg writes after the name.
struct MultilineName: Sendable {
  /// The lines after the first break.
  private let lines: [[UInt8]]

  /// - Parameter path: of the file.
  init(_ path: String) {
    let parts = PathText.bytes(path).split(omittingEmptySubsequences: false) { $0 == 0x0A || $0 == 0x0D }
    lines = parts.dropFirst().filter { !$0.isEmpty }.map { Array($0) }
  }

  /// Returns the text after the name.
  /// - Parameter line: must outlive the result.
  /// - Returns: `nil` for a line that is not part of the name.
  func rest(of line: UnsafeBufferPointer<UInt8>) -> LogText? {
    guard let last = lines.last else { return nil }
    if line.starts(with: last) { return LogText(UnsafeBufferPointer(rebasing: line[last.count...])) }
    return lines.contains { $0.elementsEqual(line) }
      ? LogText(UnsafeBufferPointer(rebasing: line[..<0])) : nil
  }
}
