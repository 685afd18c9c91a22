/// A histogram of durations from 0 ns to one hour with percentiles within 0.1 %.
///
/// All memory, ``byteCount`` bytes, is allocated at the start, for any number of durations. Recording finds the counter
/// with a few shifts: O(1), no allocation. Not copyable, so that no copy is made by accident while recording. Not
/// thread-safe: see ``DurationHistogram``.
public struct Histogram: ~Copyable, Sendable {
  /// The longest duration recorded, ns: one hour.
  public static let highest = HistogramLayout.highest
  /// The memory of the counters, bytes: 33,421 of 8 bytes.
  public static let byteCount = HistogramLayout.counterCount * MemoryLayout<Int64>.stride
  /// The most durations in one histogram: as many as a `Double` counts exactly, since ranks are computed in `Double`.
  static let maximumCount = 1 << 53

  var counters: [Int64]
  /// The number of durations recorded.
  public internal(set) var count = 0

  public init() {
    counters = [Int64](repeating: 0, count: HistogramLayout.counterCount)
  }

  /// Records one duration.
  /// - Parameter value: ns; a value outside 0 to ``highest`` is a programming error.
  public mutating func record(_ value: Int64) {
    precondition(value >= 0 && value <= Self.highest, "a duration of 0 ns to one hour")
    counters[HistogramLayout.index(of: value)] += 1
    count += 1
  }

  /// Adds the durations of another histogram; the result is the same as recording both in one.
  /// - Throws: if the sum exceeds 2^53 durations; then nothing is added.
  public mutating func add(_ other: borrowing Histogram) throws(HistogramError) {
    guard other.count <= Self.maximumCount - count else { throw .tooManyCounts }
    for index in counters.indices { counters[index] += other.counters[index] }
    count += other.count
  }

  /// Returns the longest duration in the counter of this percentile, ns; `nil` if nothing was recorded.
  ///
  /// The rank is `percentile / 100 * count` rounded to the nearest, as in HdrHistogram for C and for Python.
  /// - Parameter percentile: above 0, up to 100.
  public func value(atPercentile percentile: Double) -> Int64? {
    precondition(percentile > 0 && percentile <= 100, "a percentile above 0, up to 100")
    let rank = max(1, Int64(percentile * Double(count) / 100 + 0.5))
    var passed: Int64 = 0
    for index in counters.indices {
      passed += counters[index]
      if passed >= rank { return HistogramLayout.values(at: index).upperBound }
    }
    return nil
  }

  /// Returns two percentiles in one pass, with the values of ``value(atPercentile:)``.
  /// - Parameter higher: not below `lower`.
  func values(atPercentiles lower: Double, _ higher: Double) -> (Int64, Int64)? {
    let ranks = [lower, higher].map { max(1, Int64($0 * Double(count) / 100 + 0.5)) }
    var passed: Int64 = 0
    var first: Int64?
    for index in counters.indices where counters[index] > 0 {
      passed += counters[index]
      guard passed >= ranks[0] else { continue }
      let value = HistogramLayout.values(at: index).upperBound
      first = first ?? value
      if passed >= ranks[1], let first { return (first, value) }
    }
    return nil
  }

  /// Returns the summary for reports, ms.
  /// - Parameters:
  ///   - min: the shortest duration, ms, exact: the counters are within 0.1 % only.
  ///   - mean: the mean, ms, exact.
  ///   - max: the longest duration, ms, exact.
  func summary(min: Double, mean: Double, max: Double) -> StageSummary {
    // A percentile is the upper end of a counter, which may be outside the recorded range.
    func percentile(_ percent: Double) -> Double {
      let value = Double(value(atPercentile: percent) ?? 0) / 1e6
      return Swift.min(Swift.max(value, min), max)
    }
    return StageSummary(
      count: count, min: min, mean: mean, p50: percentile(50), p90: percentile(90), p99: percentile(99),
      p999: percentile(99.9), max: max)
  }
}
