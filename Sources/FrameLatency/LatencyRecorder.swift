import FrameCore

/// Takes the durations of every stage, from any thread, and sums them up: of the whole run, and of its last window of
/// ten seconds, as after three days no stall moves a percentile of the whole.
///
/// All memory is taken at the start (``Histogram/byteCount``, 267,368 bytes a stage, and 4 KB for its window):
/// recording costs a lock and two increments, never an allocation and no look at a clock, so that measuring does not
/// become what is measured.
public final class LatencyRecorder: Sendable {
  /// Longest duration told apart, ns: one hour. Longer ones count as this.
  public static let highest = Histogram.highest

  /// One lock a stage: the threads of two stages do not wait for each other.
  private let stages: [DurationHistogram]
  private let time = Lock(TimeWindow())

  /// A window that is over.
  public struct Window: Sendable {
    /// Windows that are over, with this one.
    public let number: Int
    /// How long it was.
    public let seconds: Double
  }

  public init() {
    stages = Stage.allCases.map { _ in DurationHistogram() }
  }

  /// Adds one duration, ns. A negative one (the clock went back between two stamps) counts as 0, one over an hour as
  /// an hour; ``notes`` says how many.
  public func record(_ stage: Stage, nanoseconds: Int64) {
    stages[stage.position].record(nanoseconds)
  }

  /// Ends the running window, once it is ten seconds old; before that it does nothing. To be called often: by the
  /// thread that waits for records or for a feed's end, and by whoever looks at the figures.
  /// - Parameter now: monotonic, ns.
  /// - Returns: the window that is over, to the one caller that ended it.
  @discardableResult
  public func rotate(at now: Int64) -> Window? {
    let over: Window? = time.withLock { time in
      guard time.tick(at: now), let length = time.last else { return nil }
      return Window(number: time.number, seconds: Double(length) / 1e9)
    }
    if let over { for stage in stages { stage.roll(to: over.number) } }
    return over
  }

  /// How long the last window was that is over, s; `nil` before one is.
  public var windowSeconds: Double? { time.withLock { $0.last.map { Double($0) / 1e9 } } }

  /// The stages that recorded anything in the last window that is over, within 3.2 %.
  public var window: [Stage: StageSummary] {
    var result: [Stage: StageSummary] = [:]
    for stage in Stage.allCases { result[stage] = stages[stage.position].window }
    return result
  }

  /// Median and 99th percentile so far of the stages that recorded anything: cheaper than ``summaries()``.
  public var percentiles: [Stage: StagePercentiles] {
    var result: [Stage: StagePercentiles] = [:]
    for stage in Stage.allCases { result[stage] = stages[stage.position].percentiles }
    return result
  }

  /// The stage's distribution so far, or `nil` when nothing was recorded.
  public func summary(_ stage: Stage) -> StageSummary? {
    stages[stage.position].summary()
  }

  /// The distributions of the stages that recorded anything, each with its histogram: what a report carries.
  public func summaries() -> [Stage: StageSummary] {
    var result: [Stage: StageSummary] = [:]
    for stage in Stage.allCases { result[stage] = stages[stage.position].summary(withHistogram: true) }
    return result
  }

  /// Durations that were negative, of all stages: how often the clock went back.
  public var negativeCount: Int { stages.reduce(0) { $0 + $1.negativeCount } }

  /// Durations that were over an hour, of all stages.
  public var clampedCount: Int { stages.reduce(0) { $0 + $1.clampedCount } }

  /// What a reader of the figures should know of them, for ``RunReport/notes``.
  public var notes: [String] {
    var notes: [String] = []
    let (negative, clamped) = (negativeCount, clampedCount)
    if negative > 0 { notes.append("\(negative) durations were negative (clocks) and count as 0") }
    if clamped > 0 { notes.append("\(clamped) durations were over an hour and count as an hour") }
    return notes
  }
}

extension Stage {
  /// Index in the pipeline. A switch, as a search of `allCases` would build an array for each record.
  var position: Int {
    switch self {
    case .pace: 0
    case .encodeWait: 1
    case .encode: 2
    case .queue: 3
    case .acknowledge: 4
    case .transport: 5
    case .decodeWait: 6
    case .decode: 7
    case .tensor: 8
    case .batchWait: 9
    case .infer: 10
    case .endToEnd: 11
    }
  }
}
