/// Why an encoded histogram cannot be read, or two histograms cannot be added.
public enum HistogramError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The text is not in HdrHistogram's V2 compressed form.
  case malformed(String)
  /// The histogram has other counters, so adding it would not be exact.
  case otherLayout(String)
  /// There are more durations than can be counted exactly.
  case tooManyCounts

  public var description: String {
    switch self {
    case .malformed(let problem): "not a histogram in HdrHistogram's V2 compressed form: \(problem)"
    case .otherLayout(let problem): "a histogram that cannot be added exactly: \(problem)"
    case .tooManyCounts: "more than 2^53 durations: expected fewer"
    }
  }
}
