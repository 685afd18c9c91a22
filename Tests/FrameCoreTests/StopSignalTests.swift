import FrameCore
import Testing

@Suite struct StopSignalTests {
  /// The time of the first request stays; looking changes nothing.
  @Test func theFirstRequestCounts() throws {
    let stop = StopSignal()
    #expect(!stop.isRequested && stop.requested == nil)
    let before = FrameClock.monotonic()
    stop.request()
    let time = try #require(stop.requested)
    #expect(stop.isRequested && time >= before && time <= FrameClock.monotonic())
    _ = StopSignal().sleep(until: FrameClock.monotonic() + 2_000_000)
    stop.request()
    #expect(stop.requested == time)
  }

  @Test func aSleeperIsWoken() {
    let stop = StopSignal()
    let thread = PipelineThread("stops") { stop.request() }
    #expect(!stop.sleep(until: .max))
    thread.join()
    #expect(StopSignal().sleep(until: FrameClock.monotonic() + 1_000_000))
  }
}
