import Glibc

/// The median of a ratio of measurements, with a confidence interval.
public struct RatioInterval: Codable, Sendable, Equatable {
  public var median: Double
  public var low: Double
  public var high: Double
  /// Probability that `low...high` contains the true median, whatever the distribution.
  public var confidence: Double

  /// - Parameter ratios: of independent pairs of measurements, each pair measured together; at least one.
  ///
  /// The interval is that of order statistics (Conover, Practical Nonparametric Statistics, 3rd ed., 3.2): the median
  /// is between the k-th smallest and k-th largest of n unless fewer than k values are on one side of it, which has the
  /// probability of n coin tosses. k is the largest that leaves 95 %; 1 where none does (n < 6).
  public init(_ ratios: [Double]) {
    precondition(!ratios.isEmpty, "an interval needs a ratio")
    let sorted = ratios.sorted()
    let count = sorted.count
    var tail = Self.probability(0, of: count)
    var rank = 1
    while true {
      let next = tail + Self.probability(rank, of: count)
      guard 1 - 2 * next >= 0.95 else { break }
      tail = next
      rank += 1
    }
    median = count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
    low = sorted[rank - 1]
    high = sorted[count - rank]
    confidence = max(0, 1 - 2 * tail)
  }

  /// Returns the probability of `heads` heads in `count` coin tosses.
  private static func probability(_ heads: Int, of count: Int) -> Double {
    // By logarithms: the binomial coefficient itself overflows from about 1,030 tosses on.
    let (all, some) = (Double(count), Double(heads))
    return exp(lgamma(all + 1) - lgamma(some + 1) - lgamma(all - some + 1) - all * M_LN2)
  }

  /// Whether the interval excludes 1: the difference is more than chance.
  public var isMeasurable: Bool { low > 1 || high < 1 }
}
