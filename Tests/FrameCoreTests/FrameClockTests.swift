import Testing

@testable import FrameCore

@Suite struct FrameClockTests {
  /// "unknown" made one clock of all hosts without a boot id.
  @Test func processesWithoutABootIDHaveClocksOfTheirOwn() {
    #expect(FrameClock.domain != "unknown" && FrameClock.domain == FrameClock.domain)
    #expect(FrameClock.ownName(process: 7) != FrameClock.ownName(process: 7))
    #expect(FrameClock.ownName(process: 7).hasPrefix("process-7-"))
  }
}
