import Histogram
import Synchronization

/// The durations of one thing that is done again and again. From any thread; recording allocates nothing.
public final class DurationHistogram: Sendable {
  private struct State {
    var histogram = Histogram<UInt64>(
      highestTrackableValue: UInt64(LatencyRecorder.highest), numberOfSignificantValueDigits: .three)
    // The histogram rounds; extremes and mean are kept exact beside it.
    var least = Int64.max
    var most = Int64(0)
    var total = 0.0
    var negative = 0
  }

  private let state = Mutex(State())

  public init() {}

  /// Adds one duration, ns; a negative one counts as 0, see ``negativeCount``.
  public func record(_ nanoseconds: Int64) {
    let value = min(max(nanoseconds, 0), LatencyRecorder.highest)
    state.withLock { state in
      state.histogram.record(UInt64(value))
      state.least = min(state.least, value)
      state.most = max(state.most, value)
      state.total += Double(value)
      if nanoseconds < 0 { state.negative += 1 }
    }
  }

  /// Durations that were negative.
  public var negativeCount: Int { state.withLock { $0.negative } }

  /// The distribution so far, or `nil` when nothing was recorded.
  public func summary() -> StageSummary? {
    state.withLock { state in
      let count = Int(state.histogram.totalCount)
      guard count > 0 else { return nil }
      // A percentile is the upper end of its bucket, which may lie outside what was recorded.
      func percentile(_ percent: Double) -> Double {
        let value = Int64(clamping: state.histogram.valueAtPercentile(percent))
        return Double(min(max(value, state.least), state.most)) / 1e6
      }
      return StageSummary(
        count: count, min: Double(state.least) / 1e6, mean: state.total / Double(count) / 1e6,
        p50: percentile(50), p90: percentile(90), p99: percentile(99), p999: percentile(99.9),
        max: Double(state.most) / 1e6)
    }
  }
}
