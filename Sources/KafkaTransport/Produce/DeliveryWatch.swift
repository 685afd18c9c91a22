/// Notices when nothing is acknowledged though records are under way, and when it goes on. A value; time is passed in.
struct DeliveryWatch: Sendable {
  enum Event: Sendable, Equatable {
    /// For so many seconds nothing was acknowledged.
    case stalled(seconds: Int)
    /// Records are acknowledged again, after so many seconds.
    case goesOn(seconds: Int)
  }

  /// So long no answer is nothing special, ns: a leader's successor is found in less.
  static let patience: Int64 = 6_000_000_000

  private let patience: Int64
  private var acknowledged = 0
  /// Since when nothing was acknowledged though records are under way, monotonic ns.
  private var since: Int64?
  private var isTold = false

  /// - Parameter patience: ns.
  init(patience: Int64 = DeliveryWatch.patience) { self.patience = patience }

  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - underWay: records without an answer.
  ///   - acknowledged: records acknowledged ever.
  /// - Returns: what to tell, once.
  mutating func look(_ now: Int64, underWay: Int, acknowledged: Int) -> Event? {
    let goesOn = acknowledged != self.acknowledged
    self.acknowledged = acknowledged
    if goesOn || underWay == 0 {
      let event: Event? = goesOn && isTold ? .goesOn(seconds: seconds(now)) : nil
      // What ended otherwise was told, record by record: it is still no going on.
      if goesOn { isTold = false }
      if goesOn || !isTold { since = underWay > 0 ? now : nil }
      return event
    }
    guard let since else {
      self.since = now
      return nil
    }
    guard !isTold, now - since >= patience else { return nil }
    isTold = true
    return .stalled(seconds: seconds(now))
  }

  private func seconds(_ now: Int64) -> Int { Int((now - (since ?? now)) / 1_000_000_000) }
}
