import FrameCore
import LogLines
import Glibc

/// Standard error: log lines, and one progress line that is rewritten in place on a terminal. Only ``lines(_:)`` waits
/// for a slow reader.
package final class Console: Sendable {
  package static let shared = Console()

  private let writer = LineWriter.standardError

  /// Whether standard error is a terminal.
  let isTerminal = isatty(2) == 1
  private let progress = Lock("")

  /// Prints one line above the progress line.
  package func line(_ text: String) {
    progress.withLock { progress in
      let safe = LogLine.printable(PathText.shown(text))
      writer.write(
        isTerminal && !progress.isEmpty ? "\r\u{1B}[K\(safe)\n\(progress)" : "\(safe)\n")
    }
  }

  /// Prints a report, line by line. Waits for a slow reader, so that nothing is lost.
  func lines(_ text: String) {
    for text in text.split(separator: "\n", omittingEmptySubsequences: false) {
      writer.writeAll(LogLine.printable(PathText.shown(String(text))) + "\n")
    }
  }

  /// Shows the progress: in place on a terminal, else on a new line.
  func show(_ text: String) {
    progress.withLock { progress in
      guard isTerminal else { return writer.writeIfIdle(text + "\n") }
      progress = text
      writer.writeIfIdle("\r\u{1B}[K\(text)")
    }
  }

  /// Removes the progress line.
  func clear() {
    progress.withLock { progress in
      if isTerminal, !progress.isEmpty { writer.write("\r\u{1B}[K") }
      progress = ""
    }
  }

  /// Waits until everything printed is written.
  func finish(milliseconds: Int) { writer.finish(milliseconds: milliseconds) }
}
