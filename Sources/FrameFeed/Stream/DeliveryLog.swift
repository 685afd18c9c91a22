/// Which undelivered frames are told: of each reason the first, then every few seconds how many more there were. A value;
/// time is passed in.
struct DeliveryLog: Sendable {
  /// How often it is told that there are more, ns.
  static let interval: Int64 = 5_000_000_000
  /// Reasons that are kept apart.
  static let mostReasons = 16

  private struct Reason {
    var text: String
    var nextWord: Int64
    /// Not told yet.
    var more = 0
    var last = 0
  }

  private var reasons: [String: Reason] = [:]

  /// - Parameters:
  ///   - kind: what the reason is called, the same for all frames that it is the same for.
  ///   - reason: in words, which may be about this frame alone.
  ///   - now: monotonic, ns.
  /// - Returns: what is to be told.
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

  /// What is to be told by now; all of it without a time.
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
