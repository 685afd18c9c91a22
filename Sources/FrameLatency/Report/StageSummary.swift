/// The distribution of one stage's durations, in milliseconds.
public struct StageSummary: Codable, Sendable, Equatable {
  /// The number of durations recorded.
  public var count: Int
  /// The shortest duration, exact.
  public var min: Double
  /// The arithmetic mean, exact.
  public var mean: Double
  /// Percentiles, within 0.1 % of the true value (3.2 % in windows and for single feeds). The rank is rounded to the
  /// nearest.
  public var p50: Double
  public var p90: Double
  public var p99: Double
  public var p999: Double
  /// The longest duration, exact (up to ``LatencyRecorder/highest``).
  public var max: Double
  /// All durations in ns, in the form of ``Histogram/encoded()``, so that summaries can be merged. Absent in
  /// comparisons, windows and figures of single feeds, and in reports of older versions.
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

  /// The summary without its histogram, for reports that are not merged.
  public var withoutHistogram: StageSummary {
    var summary = self
    summary.histogram = nil
    return summary
  }
}

/// A stage's main percentiles, ms, where a full summary is not needed.
public struct StagePercentiles: Codable, Sendable, Equatable {
  public var p50: Double
  public var p99: Double

  public init(p50: Double, p99: Double) {
    self.p50 = p50
    self.p99 = p99
  }
}
