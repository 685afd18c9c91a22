import FoundationEssentials

/// The time in which several runs were active.
struct RunTime {
  /// The start of the first run, in the form of its report.
  let started: String
  /// The time from the first start to the last end, s.
  let span: Double
  /// The time in which at least one run was active, s.
  let occupied: Double

  /// The longest duration accepted, s: a hundred years.
  private static let longest = 100.0 * 366 * 86_400

  init(_ files: [RunReport.Named]) throws(ReportError) {
    var runs: [(start: Double, end: Double, started: String)] = []
    for (name, report) in files {
      guard let start = try? Date(report.started, strategy: .iso8601) else {
        throw .time(
          file: name, reason: "started is \"\(report.started)\"; expected a time such as 2026-01-31T12:00:00Z"
        )
      }
      guard (0...Self.longest).contains(report.durationSeconds) else {
        throw .time(
          file: name, reason: "durationSeconds is \(report.durationSeconds); expected 0 to \(Self.longest)")
      }
      let second = start.timeIntervalSince1970
      runs.append((second, second + report.durationSeconds, report.started))
    }
    runs.sort { $0.start < $1.start }
    var occupied = 0.0
    var end = runs[0].start
    for run in runs where run.end > end {
      occupied += run.end - max(run.start, end)
      end = run.end
    }
    started = runs[0].started
    span = end - runs[0].start
    self.occupied = occupied
  }
}
