import Glibc

/// Results as JSON lines appended to a file; `-` is standard output.
///
/// The file is never overwritten, as offsets are committed for the results in it: a restarted sink adds to it.
final class ResultFile: ResultWriter, @unchecked Sendable {
  // Sound: used by one thread at a time, see ``ModelAnswers``.
  private let path: String
  private var file: UnsafeMutablePointer<FILE>?
  private var line: [UInt8] = []

  init(_ path: String) throws(FeedError) {
    self.path = path
    file = path == "-" ? fdopen(dup(1), "w") : fopen(path, "a")
    guard file != nil else { throw .output(file: path, reason: String(cString: strerror(errno))) }
    if path != "-", Self.isCut(path) { line = [UInt8(ascii: "\n")] }
  }

  deinit {
    if let file { fclose(file) }
  }

  /// Returns whether the last line is incomplete: a sink was killed while writing it.
  private static func isCut(_ path: String) -> Bool {
    guard let file = fopen(path, "r") else { return false }
    defer { fclose(file) }
    guard fseek(file, -1, SEEK_END) == 0 else { return false }
    return fgetc(file) != Int32(UInt8(ascii: "\n"))
  }

  func write(_ row: ResultRow) throws(FeedError) {
    row.write(to: &line)
    defer { line.removeAll(keepingCapacity: true) }
    guard let file, fwrite(line, 1, line.count, file) == line.count else { throw failure() }
  }

  func flush() throws(FeedError) {
    guard let file, fflush(file) == 0 else { throw failure() }
  }

  func close() throws(FeedError) {
    try flush()
    guard let file else { return }
    self.file = nil
    guard fclose(file) == 0 else { throw failure() }
  }

  func abandon() {}

  private func failure() -> FeedError {
    errno == EPIPE && path == "-"
      ? .readerGone : .output(file: path, reason: String(cString: strerror(errno)))
  }
}
