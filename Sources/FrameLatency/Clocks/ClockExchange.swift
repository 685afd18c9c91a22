/// The four timestamps of a request and its answer, as in NTP (RFC 5905, 8). All in ns.
public struct ClockExchange: Sendable, Equatable {
  /// When we sent the request and received the answer, by our clock.
  public let asked, heard: Int64
  /// When the other host received the request and sent the answer, by its clock.
  public let received, answered: Int64
  /// The other clock minus ours, assuming equal delays in both directions.
  public let offset: Int64
  /// The largest error of the offset: half the round-trip time, for any split of it.
  public let bound: Int64

  /// - Returns: `nil` if the timestamps cannot belong to one exchange: time ran backwards, or they are no wall times
  ///   (they come from the network).
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
    // One more for the rounding of the halves.
    bound = underWay / 2 + 1
  }
}

/// An estimated clock offset.
public struct ClockEstimate: Sendable, Equatable {
  /// The other clock minus ours, ns.
  public let offset: Int64
  /// The largest error of the offset, ns.
  public let bound: Int64

  public init(offset: Int64, bound: Int64) {
    self.offset = offset
    self.bound = bound
  }
}
