import Testing

@testable import FrameBench

/// Ranges of ratios, against tables of the sign test.
@Suite struct RatioIntervalTests {
  @Test(arguments: [
    // n, rank of the lower end, confidence: Conover's table A3 gives the same.
    (1, 1, 0.0), (2, 1, 0.5), (5, 1, 0.9375), (6, 1, 0.96875), (8, 1, 0.9921875), (9, 2, 0.9609375),
    (12, 3, 0.96142578125), (20, 6, 0.958610534667969),
    // By exact arithmetic: the binomial coefficient overflows.
    (1200, 566, 0.9536584799640778),
  ])
  func rangesAreThoseOfOrderStatistics(count: Int, rank: Int, confidence: Double) {
    let interval = RatioInterval((1...count).map(Double.init).shuffled())
    #expect(interval.low == Double(rank) && interval.high == Double(count + 1 - rank))
    #expect(abs(interval.confidence - confidence) < 1e-9)
    #expect(interval.median == Double(count + 1) / 2)
  }

  @Test func aDifferenceLeavesOutOne() {
    #expect(RatioInterval([1.2, 1.3, 1.1, 1.4, 1.5, 1.2]).isMeasurable)
    #expect(RatioInterval([0.2, 0.3, 0.1, 0.4, 0.5, 0.2]).isMeasurable)
    #expect(!RatioInterval([1.2, 1.3, 0.9, 1.4, 1.5, 1.2]).isMeasurable)
  }
}
