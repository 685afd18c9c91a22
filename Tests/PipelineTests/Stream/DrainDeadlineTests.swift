import FrameCore
import Testing

@testable import FrameFeed

@Suite struct DrainDeadlineTests {
  /// Before a stop it moves on; after it, it stands, whoever looks and how often.
  @Test func itIsCountedFromTheStop() throws {
    let stop = StopSignal()
    let drain = DrainDeadline(stop, timeout: 30)
    let first = drain.deadline
    _ = StopSignal().sleep(until: FrameClock.monotonic() + 2_000_000)
    #expect(drain.deadline > first && !drain.hasBegun)
    stop.request()
    let requested = try #require(stop.requested)
    #expect(drain.hasBegun && drain.deadline == requested + 30_000_000_000)
  }
}
