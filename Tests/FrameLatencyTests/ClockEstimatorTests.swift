import FrameCore
import FrameLatency
import Testing

@Suite struct ClockEstimatorTests {
  static let second: Int64 = 1_000_000_000

  /// An exchange with a clock that is `offset` ahead; `there` and `back` are the two ways' delays.
  private func exchange(
    at asked: Int64, offset: Int64, there: Int64, back: Int64, thinking: Int64 = 50_000
  ) throws -> ClockExchange {
    try #require(
      ClockExchange(
        asked: asked, received: asked + there + offset, answered: asked + there + thinking + offset,
        heard: asked + there + thinking + back))
  }

  @Test(arguments: [5_000_000_000, -3_000_000_000, 0, 1] as [Int64])
  func equalWaysGiveTheOffset(offset: Int64) throws {
    let exchange = try exchange(at: 1000 * Self.second, offset: offset, there: 2_000_000, back: 2_000_000)
    #expect(abs(exchange.offset - offset) <= 1)
    #expect(exchange.bound == 2_000_001)
  }

  /// However the time under way is split, the truth is within the bound.
  @Test func unequalWaysStayWithinTheBound() throws {
    for there in stride(from: Int64(0), through: 40_000_000, by: 5_000_000) {
      let exchange = try exchange(
        at: 1000 * Self.second, offset: -3 * Self.second, there: there, back: 40_000_000 - there)
      #expect(abs(exchange.offset + 3 * Self.second) <= exchange.bound)
      #expect(exchange.bound == 20_000_001)
    }
  }

  @Test func theLeastDelayedCounts() throws {
    var estimator = ClockEstimator()
    #expect(estimator.estimate(at: 0) == nil)
    let delays: [(Int64, Int64)] = [(40, 1), (3, 90), (1, 1), (200, 5)]
    for (number, (there, back)) in delays.enumerated() {
      estimator.add(
        try exchange(
          at: (1000 + Int64(number)) * Self.second, offset: 5 * Self.second, there: there * 1_000_000,
          back: back * 1_000_000))
    }
    let estimate = try #require(estimator.estimate(at: 1004 * Self.second))
    #expect(abs(estimate.offset - 5 * Self.second) <= 1)
    // 1 ms under way each way, and 2 s of age.
    #expect(estimate.bound > 1_000_000 && estimate.bound < 1_300_000)
  }

  /// The bound grows with age, so that a fresh exchange of a drifting clock beats an old, faster one.
  @Test func oldExchangesGiveWayAsClocksDrift() throws {
    var estimator = ClockEstimator()
    let drift = ClockEstimator.driftPerMillion / 2
    var worst: Int64 = 0
    for step in 0..<600 as Range<Int64> {
      let now = (1000 + step) * Self.second
      let offset = 5 * Self.second + step * Self.second / 1_000_000 * drift
      let delay: Int64 = step == 0 ? 100_000 : 1_000_000 + (step % 7) * 700_000
      estimator.add(try exchange(at: now, offset: offset, there: delay, back: delay / 2))
      let estimate = try #require(estimator.estimate(at: now))
      #expect(abs(estimate.offset - offset) <= estimate.bound + 1, "step \(step)")
      worst = max(worst, estimate.bound)
    }
    #expect(worst < 3_000_000)
    let last = try #require(estimator.estimate(at: 1600 * Self.second))
    #expect(last.offset > 5 * Self.second + 590 * Self.second / 1_000_000 * drift - last.bound)
    let later = try #require(estimator.estimate(at: 1700 * Self.second))
    #expect(later.bound >= last.bound + 100 * Self.second / 1_000_000 * ClockEstimator.driftPerMillion / 2)
  }

  @Test func oneThatContradictsTheOthersIsHeldBack() throws {
    var estimator = ClockEstimator()
    for number in 0..<5 as Range<Int64> {
      estimator.add(
        try exchange(at: (1000 + number) * Self.second, offset: 7_000_000, there: 500_000, back: 500_000))
    }
    estimator.add(try exchange(at: 1005 * Self.second, offset: 900 * Self.second, there: 10, back: 10))
    #expect(try #require(estimator.estimate(at: 1006 * Self.second)).offset.magnitude < 8_000_000)
    // Another lie that does not confirm the first one.
    estimator.add(try exchange(at: 1006 * Self.second, offset: -80 * Self.second, there: 10, back: 10))
    estimator.add(try exchange(at: 1007 * Self.second, offset: 7_000_000, there: 500_000, back: 500_000))
    #expect(abs(try #require(estimator.estimate(at: 1008 * Self.second)).offset - 7_000_000) <= 500_000)
  }

  @Test func aClockThatWasSetIsFollowed() throws {
    var estimator = ClockEstimator()
    for (number, offset) in ([1, 1, 1, 2, 2] as [Int64]).enumerated() {
      estimator.add(
        try exchange(
          at: (1000 + Int64(number)) * Self.second, offset: offset * Self.second, there: 1_000_000,
          back: 1_000_000))
    }
    #expect(abs(try #require(estimator.estimate(at: 1005 * Self.second)).offset - 2 * Self.second) <= 1)
  }

  @Test func readingsThatCannotBeAreRefused() {
    #expect(ClockExchange(asked: 100, received: 50, answered: 40, heard: 200) == nil)
    #expect(ClockExchange(asked: 100, received: 50, answered: 151, heard: 200) == nil)
    #expect(ClockExchange(asked: 100, received: 50, answered: 50, heard: 99) == nil)
    #expect(ClockExchange(asked: 100, received: .max, answered: .max, heard: 200) == nil)
    #expect(ClockExchange(asked: .min, received: 0, answered: 0, heard: .max) == nil)
    #expect(ClockExchange(asked: -1, received: 0, answered: 0, heard: 1) == nil)
  }

  @Test func theBookCorrectsFromTheMomentTheOffsetIsKnown() throws {
    let book = HostClocks(isSynchronised: true)
    let source = SourceStamps(
      scheduled: 105 * Self.second, captured: 105 * Self.second, encoded: 105 * Self.second,
      sent: 105 * Self.second)
    var (clock, stamps): (String?, SourceStamps) = ("elsewhere", source)
    book.count(&clock, &stamps, at: 101 * Self.second)
    #expect(stamps == source && clock == "elsewhere" && !book.measures(clock))
    book.add(
      try exchange(at: 100 * Self.second, offset: 5 * Self.second, there: 1000, back: 1000),
      clock: "elsewhere")
    book.count(&clock, &stamps, at: 101 * Self.second)
    #expect(abs(stamps.sent - 100 * Self.second) <= 1 && stamps.scheduled == stamps.sent)
    #expect(clock == FrameClock.domain && book.measures(clock))
    // A frame of our own clock is never touched, whatever an answer says of that clock.
    book.add(
      try exchange(at: 100 * Self.second, offset: 5 * Self.second, there: 1000, back: 1000),
      clock: FrameClock.domain)
    (clock, stamps) = (FrameClock.domain, source)
    book.count(&clock, &stamps, at: 101 * Self.second)
    #expect(stamps == source)
    #expect(HostClocks().reports(at: 0) == nil)
  }
}
