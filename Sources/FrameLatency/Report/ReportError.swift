/// Why run reports cannot be read or merged. Each description is one line that names the file.
public enum ReportError: Error, Sendable, Equatable, CustomStringConvertible {
  case unreadable(file: String, reason: String)
  /// The file is other JSON, or not JSON.
  case notARunReport(file: String, reason: String)
  /// Merging requires two or more reports.
  case tooFew(Int)
  /// The same report in two files would count twice.
  case sameReport(file: String, as: String)
  case otherCommand(file: String, command: String, expected: String)
  case noHistogram(file: String, stage: String)
  case histogram(file: String, stage: String, HistogramError)
  /// The number of durations in the histogram differs from the report's count.
  case otherCount(file: String, stage: String, count: Int, held: Int)
  case time(file: String, reason: String)

  /// Whether the command line was wrong, not the files it names.
  public var isUsage: Bool {
    if case .tooFew = self { true } else { false }
  }

  public var description: String {
    switch self {
    case .unreadable(let file, let reason), .notARunReport(let file, let reason), .time(let file, let reason):
      "\(file): \(reason)"
    case .tooFew(let count): "two or more reports are merged; \(count) given"
    case .sameReport(let file, let other):
      "\(file): the same report as \(other): its frames would count twice; leave one out"
    case .otherCommand(let file, let command, let expected):
      "\(file): of command \"\(command)\", the first report is of \"\(expected)\": bytes and rates of the two do "
        + "not add up; merge reports of one command"
    case .noHistogram(let file, let stage):
      "\(file): stage \(stage) has no histogram: it was written by an older framefeed; run it again with --report"
    case .histogram(let file, let stage, let error): "\(file): stage \(stage): \(error)"
    case .otherCount(let file, let stage, let count, let held):
      "\(file): stage \(stage): expected a histogram of \(count) durations, as \"count\" says; it holds \(held): "
        + "run it again with --report"
    }
  }
}
