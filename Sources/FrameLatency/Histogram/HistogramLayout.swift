/// Maps a duration to its counter and back: log-linear buckets, as HdrHistogram lays them out for values from 1 up
/// and 3 significant digits.
///
/// Bucket 0 counts every value below 2048 by itself. Each further bucket covers twice the range of the one before
/// with 1024 counters of twice the width, so that a counter is never wider than 1/1024 of its values.
enum HistogramLayout {
  /// Decimal digits that are told apart at every magnitude.
  static let significantDigits = 3
  /// Smallest value told apart from 0, ns: the unit of the first bucket.
  static let lowest: Int64 = 1
  /// Largest value counted, ns: one hour.
  static let highest: Int64 = 3_600_000_000_000
  /// Counters in a histogram: up to the one of ``highest``.
  static let counterCount = index(of: highest) + 1

  /// Counters of bucket 0: the power of two above 2 * 10^3, so that half of them still give 3 digits.
  private static let subBucketCount = 2048
  /// Counters of each further bucket: those in the lower half of its range belong to the bucket before.
  private static let halfCount = subBucketCount / 2

  /// The counter of a value from 0 to ``highest``.
  @inline(__always)
  static func index(of value: Int64) -> Int {
    let magnitude = Int64.bitWidth - (value | Int64(subBucketCount - 1)).leadingZeroBitCount
    let bucket = magnitude - subBucketCount.trailingZeroBitCount
    return bucket * halfCount + Int(value >> Int64(bucket))
  }

  /// The values that a counter counts, ns.
  static func values(at index: Int) -> ClosedRange<Int64> {
    let bucket = max(0, index / halfCount - 1)
    let first = Int64(index - bucket * halfCount) << Int64(bucket)
    return first...(first + (1 << Int64(bucket)) - 1)
  }
}
