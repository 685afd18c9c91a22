import FrameCore
import KafkaTransport
import LogLines

/// Returns a log function for librdkafka's lines: errors and warnings become warnings (repeated within ten minutes: info
/// messages), other lines debug messages. FrameFeed's own messages keep their level.
///
/// A client reconnects by itself, every second and for hours: an unreachable broker is reported at once and then at
/// intervals.
func kafkaLog(_ log: Log) -> KafkaLog {
  let chatter = kafkaChatter(log)
  return { level, line in
    let isGrave = level == .error || level == .warning
    guard isGrave, RecentLines.matters(line), RecentLines.shared.isNew(line, at: FrameClock.monotonic())
    else {
      return chatter(level, line)
    }
    let essence = RecentLines.essence(line)
    log.warning("librdkafka: \(essence)\(essence.hasPrefix("Connect to ") ? "; it retries" : "")")
  }
}

/// Returns a log function for a client whose errors are thrown: its errors and warnings are logged only at info level.
func kafkaChatter(_ log: Log) -> KafkaLog {
  { level, line in
    switch level {
    case .ours: log.warning(line)
    case .ourNotice: log.notice(line)
    case .error, .warning: log.info("librdkafka: \(line)")
    case .notice, .info, .debug: log.debug("librdkafka: \(line)")
    }
  }
}

/// The lines of librdkafka that were logged lately. Thread-safe.
///
/// Shared by all clients of the process: the clients of one feed use the same brokers.
final class RecentLines: Sendable {
  static let shared = RecentLines()

  /// The time in which a line is not repeated, ns.
  static let quiet: Int64 = 600_000_000_000
  /// The most lines that are remembered.
  static let most = 64

  private let logged = Lock<[String: Int64]>([:])

  /// Returns whether a line is to be logged: it was not in the last ten minutes.
  /// - Parameter now: monotonic, ns.
  func isNew(_ line: String, at now: Int64) -> Bool {
    let key = Self.essence(line)
    return logged.withLock { logged in
      if let last = logged[key], now - last < Self.quiet { return false }
      if logged.count >= Self.most, let oldest = logged.min(by: { $0.value < $1.value }) {
        logged[oldest.key] = nil
      }
      logged[key] = now
      return true
    }
  }

  /// Returns a line without its variable parts: the thread, the times, and the count of suppressed lines; of a
  /// connection error only the address, as a client has several names for one broker.
  static func essence(_ line: String) -> String {
    var text = Substring(line)
    if text.hasPrefix("[thrd:"), let end = text.firstRange(of: "]: ")?.upperBound { text = text[end...] }
    if let end = text.firstRange(of: " (after ")?.lowerBound { text = text[..<end] }
    if let start = text.firstRange(of: ": Connect to ")?.lowerBound { text = text[start...].dropFirst(2) }
    return String(text)
  }

  /// Returns whether a line is relevant. A settings file serves sources and sinks, and each ignores the other's
  /// settings; a fatal error is reported separately.
  static func matters(_ line: String) -> Bool {
    !line.contains("will be ignored by this") && !line.contains("Fatal error: ")
  }
}
