/// An estimate of another clock's offset from ours. The exchange with the narrowest bound determines it; bounds widen
/// with age, since clocks drift apart.
public struct ClockEstimator: Sendable {
  /// The assumed drift between two clocks, parts per million: twice the usual value for a computer's crystal.
  public static let driftPerMillion: Int64 = 100
  /// The most exchanges kept.
  public static let window = 32

  private var exchanges: [ClockExchange] = []
  /// An exchange that contradicts those kept: it is false, or the first after the clock was set.
  private var suspect: ClockExchange?

  public init() {}

  /// Adds an exchange. The true offset is within the bounds of each exchange, so one that contradicts the others is
  /// held back. If the next one confirms it, the clock was set, and only these two are kept.
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

  /// Returns the estimate at `now` (our clock, ns); `nil` before the first exchange.
  public func estimate(at now: Int64) -> ClockEstimate? {
    exchanges.map { ClockEstimate(offset: $0.offset, bound: Self.bound($0, at: now)) }
      .min { $0.bound < $1.bound }
  }

  /// Whether more exchanges would improve the estimate much.
  public var wantsMore: Bool { exchanges.count < 8 }

  private static func bound(_ exchange: ClockExchange, at now: Int64) -> Int64 {
    widened(exchange.bound, from: exchange.heard, to: now)
  }

  /// Returns a bound widened by the possible drift between two times, ns.
  static func widened(_ bound: Int64, from heard: Int64, to now: Int64) -> Int64 {
    bound + abs(now - heard) / 1_000_000 * driftPerMillion
  }

  private static func agree(_ first: ClockExchange, _ second: ClockExchange) -> Bool {
    let now = max(first.heard, second.heard)
    return abs(first.offset - second.offset) <= bound(first, at: now) + bound(second, at: now)
  }
}
