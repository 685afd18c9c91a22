import Histogram
import Synchronization

/// Takes the durations of every stage, from any thread, and sums them up at the end.
///
/// All memory is taken at the start (about 270 KB a stage): recording costs a lock and an increment, never an
/// allocation, so that measuring does not become what is measured.
public final class LatencyRecorder: Sendable {
  /// Longest duration told apart, ns: one hour. Longer ones count as this.
  public static let highest: Int64 = 3_600_000_000_000

  /// One lock a stage: the threads of two stages do not wait for each other.
  private let stages: [StageHistogram]

  public init() {
    stages = Stage.allCases.map { _ in StageHistogram() }
  }

  /// Adds one duration, ns. A negative one (the clock went back between two stamps) counts as 0 and shows in
  /// ``negativeCount``.
  public func record(_ stage: Stage, nanoseconds: Int64) {
    stages[stage.position].record(nanoseconds)
  }

  /// The stage's distribution so far, or `nil` when nothing was recorded.
  public func summary(_ stage: Stage) -> StageSummary? {
    stages[stage.position].summary()
  }

  /// The distributions of the stages that recorded anything.
  public func summaries() -> [Stage: StageSummary] {
    var result: [Stage: StageSummary] = [:]
    for stage in Stage.allCases { result[stage] = summary(stage) }
    return result
  }

  /// Durations that were negative, of all stages: how often the clock went back.
  public var negativeCount: Int { stages.reduce(0) { $0 + $1.negativeCount } }
}

extension Stage {
  /// Index in the pipeline. A switch, as a search of `allCases` would build an array for each record.
  var position: Int {
    switch self {
    case .pace: 0
    case .encode: 1
    case .queue: 2
    case .acknowledge: 3
    case .transport: 4
    case .decode: 5
    case .tensor: 6
    case .infer: 7
    case .endToEnd: 8
    }
  }
}

/// The durations of one stage.
private final class StageHistogram: Sendable {
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

  func record(_ nanoseconds: Int64) {
    let value = min(max(nanoseconds, 0), LatencyRecorder.highest)
    state.withLock { state in
      state.histogram.record(UInt64(value))
      state.least = min(state.least, value)
      state.most = max(state.most, value)
      state.total += Double(value)
      if nanoseconds < 0 { state.negative += 1 }
    }
  }

  var negativeCount: Int { state.withLock { $0.negative } }

  func summary() -> StageSummary? {
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
