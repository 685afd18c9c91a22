import FrameCore

/// The clocks that stamped frames lately, and what is known of each. No lock: ``ClockBook`` has that.
///
/// Their names come from the network, so that only so many are kept; a new one takes the place of the one that was not
/// heard of for longest, whose counts are kept together with those of all others that left.
struct ClockTable {
  /// Most clocks told apart.
  static let maximumClocks = 64
  /// The row of the clocks that left.
  static let furtherClocks = "(further clocks)"
  /// The row of frames that name no clock, as other tools write them.
  static let unnamed = "unknown"
  /// Beyond this much either way a corrected time says little, ns.
  static let widestBound: Int64 = 100_000_000
  /// So long after the last answer a clock may have been set anew, ns.
  static let oldestAnswer: Int64 = 600_000_000_000

  private struct Clock {
    var estimator = ClockEstimator()
    /// The closest at the last answer: that stays the closest, as all widen alike.
    var estimate: ClockEstimate?
    /// When that was, our clock, ns.
    var heard: Int64 = 0
    var frames = 0
    var corrected = 0
    /// When it was last of use: a turn of ``ClockTable/turn``.
    var used = 0
  }

  private var clocks: [String: Clock] = [:]
  private var further = Clock()
  private var turn = 0

  /// Counts a frame.
  /// - Returns: the clock's offset from ours, ns, where it is known well enough.
  mutating func count(_ name: String, at now: Int64) -> Int64? {
    update(name) { clock in
      clock.frames += 1
      guard let estimate = clock.estimate, abs(now - clock.heard) <= Self.oldestAnswer,
        ClockEstimator.widened(estimate.bound, from: clock.heard, to: now) <= Self.widestBound
      else { return nil }
      clock.corrected += 1
      return estimate.offset
    }
  }

  /// Takes an exchange with a clock.
  mutating func add(_ exchange: ClockExchange, _ name: String) {
    update(name) { clock in
      clock.estimator.add(exchange)
      clock.heard = exchange.heard
      clock.estimate = clock.estimator.estimate(at: exchange.heard)
    }
  }

  private mutating func update<R>(_ name: String, _ body: (inout Clock) -> R) -> R {
    if clocks[name] == nil, clocks.count == Self.maximumClocks { retireOne() }
    turn += 1
    clocks[name, default: Clock()].used = turn
    return body(&clocks[name, default: Clock()])
  }

  private mutating func retireOne() {
    guard let oldest = clocks.min(by: { $0.value.used < $1.value.used }) else { return }
    clocks[oldest.key] = nil
    further.frames += oldest.value.frames
    further.corrected += oldest.value.corrected
  }

  /// Whether a clock would gain from more exchanges.
  var wantsMore: Bool {
    clocks.contains { $0.key != Self.unnamed && $0.key != UnknownClock.row && $0.value.estimator.wantsMore }
  }

  /// The clocks that stamped frames, by name.
  func reports(at now: Int64) -> [ClockReport] {
    var rows = clocks.map { ($0.key, $0.value) }
    rows.append((Self.furtherClocks, further))
    return rows.filter { $0.1.frames > 0 }.map { name, clock in
      let estimate = clock.estimator.estimate(at: now)
      return ClockReport(
        domain: name, frames: clock.frames, corrected: clock.corrected,
        offsetMs: estimate.map { Double($0.offset) / 1e6 }, errorMs: estimate.map { Double($0.bound) / 1e6 })
    }.sorted { $0.domain < $1.domain }
  }
}

/// The name that hosts gave their clock where they found none, before each had one of its own.
enum UnknownClock {
  static let name = "unknown"
  /// The row of frames that carry it: of several hosts, perhaps, so that nothing can be said of their times.
  static let row = "(clocks without a name)"
}
