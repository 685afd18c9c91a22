/// Four readings of two clocks, as NTP takes them (RFC 5905, 8): we ask, the other answers. All in ns.
public struct ClockExchange: Sendable, Equatable {
  /// When we asked and when the answer was here, by our clock.
  public let asked, heard: Int64
  /// When the question was there and when the answer went out, by the other's clock.
  public let received, answered: Int64
  /// The other's clock minus ours, were both ways equally long.
  public let offset: Int64
  /// The offset is right within this much either way: half the time under way, for any split of it.
  public let bound: Int64

  /// - Returns: `nil` when the readings cannot belong to one exchange: time ran backwards, or they are no
  ///   wall times at all (they come from the network).
  public init?(asked: Int64, received: Int64, answered: Int64, heard: Int64) {
    // Below 2^61 (the year 2043 in ns) no sum or difference of two overflows.
    let wall = Int64(0)...(Int64(1) << 61)
    guard [asked, received, answered, heard].allSatisfy(wall.contains) else { return nil }
    let underWay = (heard - asked) - (answered - received)
    guard answered >= received, underWay >= 0 else { return nil }
    self.asked = asked
    self.received = received
    self.answered = answered
    self.heard = heard
    offset = (received - asked) / 2 + (answered - heard) / 2
    // One more for what the halves lost.
    bound = underWay / 2 + 1
  }
}

/// How far another clock is from ours.
public struct ClockEstimate: Sendable, Equatable {
  /// The other clock minus ours, ns.
  public let offset: Int64
  /// The offset is right within this much either way, ns.
  public let bound: Int64

  public init(offset: Int64, bound: Int64) {
    self.offset = offset
    self.bound = bound
  }
}
