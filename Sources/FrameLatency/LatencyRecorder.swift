/// Takes the durations of every stage, from any thread, and sums them up at the end.
///
/// All memory is taken at the start (``Histogram/byteCount``, 267,368 bytes a stage): recording costs a lock and an
/// increment, never an allocation, so that measuring does not become what is measured.
public final class LatencyRecorder: Sendable {
  /// Longest duration told apart, ns: one hour. Longer ones count as this.
  public static let highest = Histogram.highest

  /// One lock a stage: the threads of two stages do not wait for each other.
  private let stages: [DurationHistogram]

  public init() {
    stages = Stage.allCases.map { _ in DurationHistogram() }
  }

  /// Adds one duration, ns. A negative one (the clock went back between two stamps) counts as 0, one over an hour as
  /// an hour; ``notes`` says how many.
  public func record(_ stage: Stage, nanoseconds: Int64) {
    stages[stage.position].record(nanoseconds)
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
