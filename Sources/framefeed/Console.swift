import FrameCore
import Logging
import Synchronization

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
  private let progress = Mutex("")

  /// Prints one line; the progress line moves down.
  func line(_ text: String) {
    progress.withLock { progress in
      let safe = Self.printable(text)
      Self.write(isTerminal && !progress.isEmpty ? "\r\u{1B}[K\(safe)\n\(progress)" : "\(safe)\n")
    }
  }

  /// Shows how far things are: in place on a terminal, else as a line of its own.
  func show(_ text: String) {
    progress.withLock { progress in
      guard isTerminal else { return Self.write(text + "\n") }
      progress = text
      Self.write("\r\u{1B}[K\(text)")
    }
  }

  /// Removes the progress line.
  func clear() {
    progress.withLock { progress in
      if isTerminal, !progress.isEmpty { Self.write("\r\u{1B}[K") }
      progress = ""
    }
  }

  private static func write(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
      var rest = UnsafeRawBufferPointer(bytes)
      while !rest.isEmpty {
        let written = Glibc.write(2, rest.baseAddress, rest.count)
        guard written > 0 else { return }
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
  }

  /// Names and texts may come from the network: their control characters stay off the terminal.
  private static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator: Unicode.Scalar("?")
          default: scalar
          }
        }))
  }
}

/// Log lines as `warning: text` on standard error.
struct ConsoleLogHandler: LogHandler {
  var logLevel = Logger.Level.notice
  var metadata = Logger.Metadata()

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let prefix =
      switch event.level {
      case .warning: "warning: "
      case .error, .critical: "error: "
      case .trace, .debug: "debug: "
      case .info, .notice: ""
      }
    Console.shared.line("\(prefix)\(event.message)")
  }
}
