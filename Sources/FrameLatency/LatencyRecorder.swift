import FrameCore

/// The durations of every stage: of the whole run, and of its last window of ten seconds, as after three days no stall
/// changes a percentile of the whole. Thread-safe.
///
/// All memory is allocated at the start (``Histogram/byteCount``, 267,368 bytes per stage, and 4 KB for its window).
/// Recording costs a lock and two increments, without an allocation or a clock reading, so that measuring does not
/// distort the figures.
public final class LatencyRecorder: Sendable {
  /// The longest duration recorded, ns: one hour. Longer ones count as this.
  public static let highest = Histogram.highest

  /// One lock per stage: the threads of two stages do not wait for each other.
  private let stages: [DurationHistogram]
  private let time = Lock(TimeWindow())

  /// A complete window.
  public struct Window: Sendable {
    /// The number of complete windows, this one included.
    public let number: Int
    /// Its length, s.
    public let seconds: Double
  }

  public init() {
    stages = Stage.allCases.map { _ in DurationHistogram() }
  }

  /// Records one duration, ns. A negative one (the clock was set back between two stamps) counts as 0, one over an hour
  /// as an hour; ``notes`` gives their numbers.
  public func record(_ stage: Stage, nanoseconds: Int64) {
    stages[stage.position].record(nanoseconds)
  }

  /// Ends the current window if it is ten seconds old. Call it often: from the thread that waits for records or for a
  /// feed's end, and when figures are read.
  /// - Parameter now: monotonic, ns.
  /// - Returns: the complete window, for the one caller that ended it.
  @discardableResult
  public func rotate(at now: Int64) -> Window? {
    let over: Window? = time.withLock { time in
      guard time.tick(at: now), let length = time.last else { return nil }
      return Window(number: time.number, seconds: Double(length) / 1e9)
    }
    if let over { for stage in stages { stage.roll(to: over.number) } }
    return over
  }

  /// The length of the last complete window, s; `nil` before the first.
  public var windowSeconds: Double? { time.withLock { $0.last.map { Double($0) / 1e9 } } }

  /// The stages with durations in the last complete window, within 3.2 %.
  public var window: [Stage: StageSummary] {
    var result: [Stage: StageSummary] = [:]
    for stage in Stage.allCases { result[stage] = stages[stage.position].window }
    return result
  }

  /// The median and 99th percentile so far of the stages with durations: cheaper than ``summaries()``.
  public var percentiles: [Stage: StagePercentiles] {
    var result: [Stage: StagePercentiles] = [:]
    for stage in Stage.allCases { result[stage] = stages[stage.position].percentiles }
    return result
  }

  /// Returns the stage's distribution so far, or `nil` if nothing was recorded.
  public func summary(_ stage: Stage) -> StageSummary? {
    stages[stage.position].summary()
  }

  /// Returns the distributions of the stages with durations, each with its histogram, for a report.
  public func summaries() -> [Stage: StageSummary] {
    var result: [Stage: StageSummary] = [:]
    for stage in Stage.allCases { result[stage] = stages[stage.position].summary(withHistogram: true) }
    return result
  }

  /// The number of negative durations of all stages, which is how often the clock was set back.
  public var negativeCount: Int { stages.reduce(0) { $0 + $1.negativeCount } }

  /// The number of durations over an hour of all stages.
  public var clampedCount: Int { stages.reduce(0) { $0 + $1.clampedCount } }

  /// Notes on the figures, for ``RunReport/notes``.
  public var notes: [String] {
    var notes: [String] = []
    let (negative, clamped) = (negativeCount, clampedCount)
    if negative > 0 { notes.append("\(negative) durations were negative (clocks) and count as 0") }
    if clamped > 0 { notes.append("\(clamped) durations were over an hour and count as an hour") }
    return notes
  }
}

extension Stage {
  /// The index in the pipeline. A switch, as a search of `allCases` would build an array for each record.
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
