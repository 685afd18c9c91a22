import FrameCore

/// The durations of one operation: of the whole run, and of its last window. Thread-safe; recording allocates nothing
/// and reads no clock.
public final class DurationHistogram: Sendable {
  private struct State: ~Copyable {
    var histogram = Histogram()
    // The counters are inexact; minimum, maximum and mean are exact.
    var least = Int64.max
    var most = Int64(0)
    var total = 0.0
    var negative = 0
    var clamped = 0
    var window = WindowedDurations()
  }

  private let state = Lock(State())

  public init() {}

  /// Records one duration, ns. A negative one counts as 0, see ``negativeCount``; one over an hour as an hour, see
  /// ``clampedCount``.
  public func record(_ nanoseconds: Int64) {
    let value = min(max(nanoseconds, 0), Histogram.highest)
    state.withLock { state in
      state.histogram.record(value)
      state.least = min(state.least, value)
      state.most = max(state.most, value)
      state.total += Double(value)
      state.window.record(value)
      if nanoseconds < 0 { state.negative += 1 }
      if nanoseconds > value { state.clamped += 1 }
    }
  }

  /// The number of negative durations.
  public var negativeCount: Int { state.withLock { $0.negative } }

  /// The number of durations over an hour.
  public var clampedCount: Int { state.withLock { $0.clamped } }

  /// Ends the current window if its number is lower than this one.
  func roll(to number: Int) { state.withLock { $0.window.roll(to: number) } }

  /// The last complete window, within 3.2 %; `nil` if nothing was recorded in it.
  var window: StageSummary? { state.withLock { $0.window.last } }

  /// The median and 99th percentile so far, ms; `nil` if nothing was recorded. Computed in one pass over the counters,
  /// as recording threads wait meanwhile.
  var percentiles: StagePercentiles? {
    state.withLock { state in
      guard let (p50, p99) = state.histogram.values(atPercentiles: 50, 99) else { return nil }
      func ms(_ value: Int64) -> Double { Double(min(max(value, state.least), state.most)) / 1e6 }
      return StagePercentiles(p50: ms(p50), p99: ms(p99))
    }
  }

  /// Returns the distribution so far, or `nil` if nothing was recorded.
  /// - Parameter withHistogram: whether to encode the histogram too. Recording threads wait meanwhile.
  public func summary(withHistogram: Bool = false) -> StageSummary? {
    state.withLock { state in
      let count = state.histogram.count
      guard count > 0 else { return nil }
      var summary = state.histogram.summary(
        min: Double(state.least) / 1e6, mean: state.total / Double(count) / 1e6, max: Double(state.most) / 1e6
      )
      if withHistogram { summary.histogram = state.histogram.encoded() }
      return summary
    }
  }
}
