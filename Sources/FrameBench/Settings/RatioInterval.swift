/// How many times larger one thing is than another, with the range that the true median of the ratio is in.
public struct RatioInterval: Codable, Sendable, Equatable {
  public var median: Double
  public var low: Double
  public var high: Double
  /// Probability that `low...high` holds the true median, whatever the distribution.
  public var confidence: Double

  /// - Parameter ratios: of independent pairs of measurements, each taken side by side; at least one.
  ///
  /// The range is that of order statistics (Conover, Practical Nonparametric Statistics, 3rd ed., 3.2): the
  /// median lies between the k-th smallest and k-th largest of n unless fewer than k fall on one side of it,
  /// which is a matter of n throws of a coin. k is the largest that leaves 95 %; 1 where none does (n < 6).
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

  /// Of `heads` heads in `throws` throws of a coin.
  private static func probability(_ heads: Int, of count: Int) -> Double {
    var result = 1.0
    // Each half comes in turn with a factor of the binomial coefficient, so that neither overflows.
    for at in 0..<heads { result *= Double(count - at) / Double(at + 1) }
    for _ in 0..<count { result /= 2 }
    return result
  }

  /// Whether the range leaves out 1: a difference that is more than chance.
  public var isMeasurable: Bool { low > 1 || high < 1 }
}
