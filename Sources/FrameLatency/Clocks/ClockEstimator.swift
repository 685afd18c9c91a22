/// Estimates how far another clock is from ours from exchanges with it: the one least delayed counts, and each
/// counts for less as it ages, since clocks drift apart.
public struct ClockEstimator: Sendable {
  /// How fast two clocks may drift apart, parts per million: twice what is usual for a computer's crystal.
  public static let driftPerMillion: Int64 = 100
  /// Exchanges kept.
  public static let window = 32

  private var exchanges: [ClockExchange] = []
  /// One that contradicts the kept ones: a lie, or the first after the clock was set.
  private var suspect: ClockExchange?

  public init() {}

  /// Takes an exchange. True offsets lie within the bounds of each, so one that contradicts the others is held
  /// back; when the next one confirms it the clock was set, and only what came since counts.
  public mutating func add(_ exchange: ClockExchange) {
    if exchanges.allSatisfy({ Self.agree($0, exchange) }) {
      suspect = nil
      exchanges.append(exchange)
      if exchanges.count > Self.window { exchanges.removeFirst() }
    } else if let suspect, Self.agree(suspect, exchange) {
      exchanges = [suspect, exchange]
      self.suspect = nil
    } else {
      suspect = exchange
    }
  }

  /// The estimate at `now` (our clock, ns); `nil` before the first exchange.
  public func estimate(at now: Int64) -> ClockEstimate? {
    exchanges.map { ClockEstimate(offset: $0.offset, bound: Self.bound($0, at: now)) }
      .min { $0.bound < $1.bound }
  }

  /// Whether it would gain much from more exchanges.
  public var wantsMore: Bool { exchanges.count < 8 }

  private static func bound(_ exchange: ClockExchange, at now: Int64) -> Int64 {
    widened(exchange.bound, from: exchange.heard, to: now)
  }

  /// A bound after two clocks may have drifted apart for some time, ns.
  static func widened(_ bound: Int64, from heard: Int64, to now: Int64) -> Int64 {
    bound + abs(now - heard) / 1_000_000 * driftPerMillion
  }

  private static func agree(_ first: ClockExchange, _ second: ClockExchange) -> Bool {
    let now = max(first.heard, second.heard)
    return abs(first.offset - second.offset) <= bound(first, at: now) + bound(second, at: now)
  }
}
