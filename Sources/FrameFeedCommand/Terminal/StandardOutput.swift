import LogLines

// `stdout` is a C variable that nothing changes.
@preconcurrency import Glibc

/// The output for a command's result.
enum StandardOutput {
  /// Writes a report. If that fails, writes it to standard error, so that it is not lost.
  /// - Returns: false if the reader of standard output closed it (`framefeed sink | head`).
  /// - Throws: if writing fails for another reason, such as a full disk.
  static func write(_ text: String) throws -> Bool {
    fflush(stdout)
    // If both are one terminal, earlier messages must precede the report.
    Console.shared.finish(milliseconds: 200)
    let reason = writeAll(text + "\n", to: 1)
    if reason == 0 { return true }
    Console.shared.clear()
    Console.shared.lines(text)
    guard reason == EPIPE else { throw failure(": " + String(cString: strerror(reason))) }
    return false
  }

  /// Flushes what commands have printed.
  /// - Throws: if not all of it was written.
  static func flush() throws {
    guard fflush(stdout) == 0 else { throw failure(": " + String(cString: strerror(errno))) }
    // An earlier part failed.
    guard ferror(stdout) == 0 else { throw failure("") }
  }

  private static func failure(_ reason: String) -> Failure {
    Failure("standard output cannot be written\(reason)", code: .failed)
  }
}
