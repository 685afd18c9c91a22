/// The mapping between durations and counters: log-linear buckets, as in HdrHistogram for values from 1 up and 3
/// significant digits.
///
/// Bucket 0 has one counter for each value below 2048. Each further bucket covers twice the range of the previous one,
/// with 1024 counters of twice the width, so a counter is never wider than 1/1024 of its values.
enum HistogramLayout {
  /// The decimal digits that are distinguished at every magnitude.
  static let significantDigits = 3
  /// The smallest value distinguished from 0, ns: the unit of the first bucket.
  static let lowest: Int64 = 1
  /// The largest value counted, ns: one hour.
  static let highest: Int64 = 3_600_000_000_000
  /// The number of counters: up to the counter of ``highest``.
  static let counterCount = index(of: highest) + 1

  /// The counters of bucket 0: the power of two above 2 * 10^3, so that half of them still give 3 digits.
  private static let subBucketCount = 2048
  /// The counters of each further bucket: the lower half of its range belongs to the previous bucket.
  private static let halfCount = subBucketCount / 2

  /// Returns the counter of a value from 0 to ``highest``.
  @inline(__always)
  static func index(of value: Int64) -> Int {
    let magnitude = Int64.bitWidth - (value | Int64(subBucketCount - 1)).leadingZeroBitCount
    let bucket = magnitude - subBucketCount.trailingZeroBitCount
    return bucket * halfCount + Int(value >> Int64(bucket))
  }

  /// Returns the values of a counter, ns.
  static func values(at index: Int) -> ClosedRange<Int64> {
    let bucket = max(0, index / halfCount - 1)
    let first = Int64(index - bucket * halfCount) << Int64(bucket)
    return first...(first + (1 << Int64(bucket)) - 1)
  }
}
