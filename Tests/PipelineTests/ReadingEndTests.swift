import Testing

@testable import FrameFeed

@Suite struct ReadingEndTests {
  private static let second: Int64 = 1_000_000_000

  private var quiet: ReadingEnd.View {
    ReadingEnd.View(
      isSettled: true, partitions: 3, isAtEnd: true, isAnswered: true, hasOpenRuns: false, hasRuns: true,
      isTopicNew: false, quiet: 0)
  }

  private func verdict(
    untilEnd: Bool = true, awaitsRun: Bool = false, idle: Int64? = nil,
    _ change: (inout ReadingEnd.View) -> Void = { _ in }
  ) -> ReadingEnd.Verdict {
    var view = quiet
    change(&view)
    return ReadingEnd(untilEnd: untilEnd, awaitsRun: awaitsRun, idleTimeout: idle).verdict(view)
  }

  @Test func whatIsAllReadIsComplete() {
    #expect(verdict() == .complete)
    // A group that has read all before, and a second sink with nothing to read.
    #expect(verdict { $0.hasRuns = false } == .complete)
    #expect(verdict { $0.isAtEnd = false } == .keepReading)
    #expect(verdict { $0.isAnswered = false } == .keepReading)
    #expect(verdict { $0.isSettled = false } == .keepReading)
    #expect(verdict(untilEnd: false) == .keepReading)
  }

  /// A source that was killed ends no run: it is waited for, not for ever.
  @Test func aRunWithoutAnEndIsWaitedFor() {
    #expect(verdict { $0.hasOpenRuns = true } == .keepReading)
    #expect(verdict { ($0.hasOpenRuns, $0.quiet) = (true, 9 * Self.second) } == .keepReading)
    #expect(verdict { ($0.hasOpenRuns, $0.quiet) = (true, 11 * Self.second) } == .idle)
    #expect(verdict(idle: 2 * Self.second) { ($0.hasOpenRuns, $0.quiet) = (true, 3 * Self.second) } == .idle)
    #expect(
      verdict(idle: 60 * Self.second) { ($0.hasOpenRuns, $0.quiet) = (true, 11 * Self.second) }
        == .keepReading)
  }

  /// A source may be about to start; a sink without partitions may get some.
  @Test func nothingYetIsWaitedFor() {
    #expect(verdict { ($0.isTopicNew, $0.hasRuns) = (true, false) } == .keepReading)
    #expect(verdict { ($0.isTopicNew, $0.hasRuns, $0.quiet) = (true, false, 11 * Self.second) } == .complete)
    #expect(verdict { $0.partitions = 0 } == .keepReading)
    #expect(verdict { ($0.partitions, $0.quiet) = (0, 11 * Self.second) } == .complete)
    #expect(verdict(awaitsRun: true) { $0.hasRuns = false } == .keepReading)
    #expect(verdict(awaitsRun: true) == .complete)
  }

  @Test func idleEndsWhereverReadingIs() {
    #expect(verdict(untilEnd: false, idle: Self.second) { $0.quiet = 2 * Self.second } == .idle)
    #expect(verdict(idle: Self.second) { ($0.isAtEnd, $0.quiet) = (false, 2 * Self.second) } == .idle)
    // Without it a partition that has no leader is waited for.
    #expect(verdict { ($0.isAtEnd, $0.quiet) = (false, 200 * Self.second) } == .keepReading)
  }
}
