import FrameCore
import KafkaTransport
import LogLines

/// librdkafka's log lines as ours: what goes wrong as a warning, though not again for as long as it lasts, and the rest at
/// debug level.
///
/// What this library has to tell beside librdkafka goes to the user as it is.
///
/// A client tries again by itself, every second and for hours: that a broker is gone is said at once, and then now and
/// then.
func kafkaLog(_ log: Log) -> KafkaLog {
  let chatter = kafkaChatter(log)
  return { level, line in
    let isGrave = level == .error || level == .warning
    guard isGrave, ToldLines.matters(line), ToldLines.shared.isNew(line, at: FrameClock.monotonic()) else {
      return chatter(level, line)
    }
    let essence = ToldLines.essence(line)
    log.warning("librdkafka: \(essence)\(essence.hasPrefix("Connect to ") ? "; it goes on trying" : "")")
  }
}

/// librdkafka's log lines of a client whose errors are thrown: said twice they would be noise.
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

/// Which of librdkafka's lines were told lately. From any thread.
///
/// One for all clients of the process: those of one feed meet the same broker.
final class ToldLines: Sendable {
  static let shared = ToldLines()

  /// How long a line is not told again, ns.
  static let quiet: Int64 = 600_000_000_000
  /// Lines kept.
  static let most = 64

  private let told = Lock<[String: Int64]>([:])

  /// Whether a line is to be told: it was not in the last ten minutes.
  /// - Parameter now: monotonic, ns.
  func isNew(_ line: String, at now: Int64) -> Bool {
    let key = Self.essence(line)
    return told.withLock { told in
      if let last = told[key], now - last < Self.quiet { return false }
      if told.count >= Self.most, let oldest = told.min(by: { $0.value < $1.value }) {
        told[oldest.key] = nil
      }
      told[key] = now
      return true
    }
  }

  /// A line without what changes from one time to the next: the thread, the times, and how often it was kept back; and
  /// of a connection only where it was to lead, which its client has several names for.
  static func essence(_ line: String) -> String {
    var text = Substring(line)
    if text.hasPrefix("[thrd:"), let end = text.firstRange(of: "]: ")?.upperBound { text = text[end...] }
    if let end = text.firstRange(of: " (after ")?.lowerBound { text = text[..<end] }
    if let start = text.firstRange(of: ": Connect to ")?.lowerBound { text = text[start...].dropFirst(2) }
    return String(text)
  }

  /// A file of settings is for sources and sinks, and each leaves alone what is the other's; what ends a client is an
  /// error of its own.
  static func matters(_ line: String) -> Bool {
    !line.contains("will be ignored by this") && !line.contains("Fatal error: ")
  }
}
