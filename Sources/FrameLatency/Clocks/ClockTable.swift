import FrameCore

/// The clocks that stamped frames lately, with their estimates. Not thread-safe: ``HostClocks`` has the lock.
///
/// Clock names come from the network, so their number is limited. At the limit a new clock replaces the least recently
/// used one, whose counts are added to those of all removed clocks.
struct ClockTable {
  /// The most clocks kept separately.
  static let maximumClocks = 64
  /// The row of removed clocks.
  static let furtherClocks = "(further clocks)"
  /// The row of frames without a clock name, from other programs.
  static let unnamed = "unknown"
  /// The widest useful error bound, ns.
  static let widestBound: Int64 = 100_000_000
  /// The age at which the last answer expires, as the clock may have been set since, ns.
  static let oldestAnswer: Int64 = 600_000_000_000

  private struct Clock {
    var estimator = ClockEstimator()
    /// The estimate at the last answer. Its exchange stays the best, as all bounds widen equally.
    var estimate: ClockEstimate?
    /// When the last answer was received, our clock, ns.
    var heard: Int64 = 0
    var frames = 0
    var corrected = 0
    /// The value of ``ClockTable/turn`` at the last use.
    var used = 0
  }

  private var clocks: [String: Clock] = [:]
  private var further = Clock()
  private var turn = 0

  /// Counts a frame.
  /// - Returns: the clock's offset from ours, ns, if it is known well enough.
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

  /// Adds an exchange with a clock.
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

  /// Whether any clock needs more exchanges.
  var wantsMore: Bool {
    clocks.contains { $0.key != Self.unnamed && $0.key != UnknownClock.row && $0.value.estimator.wantsMore }
  }

  /// Returns the clocks that stamped frames, by name.
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

/// The name that hosts without a clock name sent, before each host had one.
enum UnknownClock {
  static let name = "unknown"
  /// The row of frames with this name: they may be of several hosts, so no offset applies.
  static let row = "(clocks without a name)"
}
