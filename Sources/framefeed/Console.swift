import FrameCore
import LogLines

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#else
  #error("no C library known for this platform")
#endif

/// Standard error: log lines, and one progress line that is rewritten in place on a terminal.
final class Console: Sendable {
  static let shared = Console()

  /// Whether standard error is a terminal.
  let isTerminal = isatty(2) == 1
  private let progress = Lock("")

  /// Prints one line; the progress line moves down.
  func line(_ text: String) {
    progress.withLock { progress in
      let safe = LogLine.printable(PathText.shown(text))
      StandardErrorLog.write(
        isTerminal && !progress.isEmpty ? "\r\u{1B}[K\(safe)\n\(progress)" : "\(safe)\n")
    }
  }

  /// Prints a text, line by line.
  func lines(_ text: String) {
    for text in text.split(separator: "\n", omittingEmptySubsequences: false) { line(String(text)) }
  }

  /// Shows how far things are: in place on a terminal, else as a line of its own.
  func show(_ text: String) {
    progress.withLock { progress in
      guard isTerminal else { return StandardErrorLog.write(text + "\n") }
      progress = text
      StandardErrorLog.write("\r\u{1B}[K\(text)")
    }
  }

  /// Removes the progress line.
  func clear() {
    progress.withLock { progress in
      if isTerminal, !progress.isEmpty { StandardErrorLog.write("\r\u{1B}[K") }
      progress = ""
    }
  }
}
