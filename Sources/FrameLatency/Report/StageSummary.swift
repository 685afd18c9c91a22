/// The distribution of one stage's durations, in milliseconds.
public struct StageSummary: Codable, Sendable, Equatable {
  /// How many durations were recorded.
  public var count: Int
  /// Shortest, exact.
  public var min: Double
  /// Arithmetic mean, exact.
  public var mean: Double
  /// Percentiles, within 0.1 % of the true value. The rank is rounded to the nearest.
  public var p50: Double
  public var p90: Double
  public var p99: Double
  public var p999: Double
  /// Longest, exact (up to ``LatencyRecorder/highest``).
  public var max: Double
  /// All durations in ns, as ``Histogram/encoded()`` writes them, so that summaries can be merged. Absent in
  /// comparisons, and in reports of older versions.
  public var histogram: String?

  public init(
    count: Int, min: Double, mean: Double, p50: Double, p90: Double, p99: Double, p999: Double, max: Double,
    histogram: String? = nil
  ) {
    self.count = count
    self.min = min
    self.mean = mean
    self.p50 = p50
    self.p90 = p90
    self.p99 = p99
    self.p999 = p999
    self.max = max
    self.histogram = histogram
  }

  /// The figures alone, for reports that are not merged.
  public var withoutHistogram: StageSummary {
    var summary = self
    summary.histogram = nil
    return summary
  }
}

/// What is said of a stage where a few figures are enough, ms.
public struct StagePercentiles: Codable, Sendable, Equatable {
  public var p50: Double
  public var p99: Double

  public init(p50: Double, p99: Double) {
    self.p50 = p50
    self.p99 = p99
  }
}
