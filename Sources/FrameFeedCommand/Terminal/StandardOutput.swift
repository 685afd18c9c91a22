import LogLines

// `stdout` is a variable of C, which nobody sets.
@preconcurrency import Glibc

/// Where a command's result goes.
enum StandardOutput {
  /// Writes a report; when that fails, to standard error, so that it is not lost.
  /// - Returns: false when whoever read standard output is gone (`framefeed sink | head`).
  /// - Throws: when it cannot be written for another reason, as on a full disk.
  static func write(_ text: String) throws -> Bool {
    fflush(stdout)
    // Where both are one terminal, what was said before stands before.
    Console.shared.finish(milliseconds: 200)
    let reason = writeAll(text + "\n", to: 1)
    if reason == 0 { return true }
    Console.shared.clear()
    Console.shared.lines(text)
    guard reason == EPIPE else { throw failure(": " + String(cString: strerror(reason))) }
    return false
  }

  /// Writes out what commands have printed.
  /// - Throws: when not all of it was written.
  static func flush() throws {
    guard fflush(stdout) == 0 else { throw failure(": " + String(cString: strerror(errno))) }
    // Part of it was written before, and failed.
    guard ferror(stdout) == 0 else { throw failure("") }
  }

  private static func failure(_ reason: String) -> Failure {
    Failure("standard output cannot be written\(reason)", code: .failed)
  }
}
