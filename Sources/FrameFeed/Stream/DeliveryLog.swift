/// The log lines for undelivered frames: the first frame of each reason, then the number of further ones every few
/// seconds. A value type; the time is a parameter.
struct DeliveryLog: Sendable {
  /// The time between two lines of one reason, ns.
  static let interval: Int64 = 5_000_000_000
  /// The most reasons that are counted separately.
  static let mostReasons = 16

  private struct Reason {
    var text: String
    var nextWord: Int64
    /// Frames since the last line.
    var more = 0
    var last = 0
  }

  private var reasons: [String: Reason] = [:]

  /// - Parameters:
  ///   - kind: the reason's name, the same for all frames with this reason.
  ///   - reason: the message, which may concern this frame alone.
  ///   - now: monotonic, ns.
  /// - Returns: the lines to log.
  mutating func note(_ sequence: Int, _ kind: String, _ reason: String, _ now: Int64) -> [String] {
    let kind = reasons[kind] != nil || reasons.count < Self.mostReasons ? kind : ""
    guard reasons[kind] != nil else {
      reasons[kind] = Reason(text: reason, nextWord: now + Self.interval)
      return ["frame \(sequence) not delivered: \(reason)"]
    }
    reasons[kind]?.more += 1
    reasons[kind]?.last = sequence
    return due(by: now)
  }

  /// Returns the lines to log by `now`; without a time, all of them.
  mutating func due(by now: Int64? = nil) -> [String] {
    var lines: [String] = []
    for (kind, reason) in reasons.sorted(by: { $0.key < $1.key })
    where reason.more > 0 && now ?? .max >= reason.nextWord {
      lines.append(
        "\(reason.more) more frames not delivered, frame \(reason.last) the last, as before: \(reason.text)")
      reasons[kind]?.more = 0
      if let now { reasons[kind]?.nextWord = now + Self.interval }
    }
    return lines
  }
}
