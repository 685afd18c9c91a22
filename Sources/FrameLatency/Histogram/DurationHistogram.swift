import FrameCore

/// The durations of one thing that is done again and again: of the whole time, and of the last window of it. From any
/// thread; recording allocates nothing and looks at no clock.
public final class DurationHistogram: Sendable {
  private struct State: ~Copyable {
    var histogram = Histogram()
    // The counters round; extremes and mean are kept exact beside them.
    var least = Int64.max
    var most = Int64(0)
    var total = 0.0
    var negative = 0
    var clamped = 0
    var window = WindowedDurations()
  }

  private let state = Lock(State())

  public init() {}

  /// Adds one duration, ns. A negative one counts as 0, see ``negativeCount``; one over an hour counts as an hour,
  /// see ``clampedCount``.
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

  /// Durations that were negative.
  public var negativeCount: Int { state.withLock { $0.negative } }

  /// Durations that were over an hour.
  public var clampedCount: Int { state.withLock { $0.clamped } }

  /// Ends the running window when it is not the one of this number.
  func roll(to number: Int) { state.withLock { $0.window.roll(to: number) } }

  /// The last window that is over, within 3.2 %; `nil` when nothing was recorded in it.
  var window: StageSummary? { state.withLock { $0.window.last } }

  /// Median and 99th percentile so far, ms; `nil` when nothing was recorded. In one pass over the counters, as
  /// threads that record wait meanwhile.
  var percentiles: StagePercentiles? {
    state.withLock { state in
      guard let (p50, p99) = state.histogram.values(atPercentiles: 50, 99) else { return nil }
      func ms(_ value: Int64) -> Double { Double(min(max(value, state.least), state.most)) / 1e6 }
      return StagePercentiles(p50: ms(p50), p99: ms(p99))
    }
  }

  /// The distribution so far, or `nil` when nothing was recorded.
  /// - Parameter withHistogram: whether to encode the histogram too. Threads that record wait meanwhile.
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
