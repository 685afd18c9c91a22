import FrameLatency
import Testing

@testable import FrameFeed
@testable import FrameFeedCommand

/// The line that is shown while a run goes on.
@Suite struct ProgressTextTests {
  private func snapshot(_ frames: FrameCounts, total: Int? = nil) -> FeedSnapshot {
    let latency = LatencyRecorder()
    latency.record(.endToEnd, nanoseconds: 5_000_000)
    return FeedSnapshot(
      command: "sink", seconds: 100, frames: frames, bytes: .init(payload: 300_000_000), total: total,
      latency: latency, rates: RateWindow())
  }

  @Test func theProgressLineIsOfTheWindow() throws {
    var snapshot = snapshot(FrameCounts(received: 3001, inferred: 3000, rejected: 0), total: 4500)
    #expect(
      snapshot.line("inferred")
        == "3000/4500 frames inferred  30.0 fps  3.0 MB/s  p50 5.0 ms  p99 5.0 ms  ETA 50 s")
    let summary = StageSummary(
      count: 100, min: 300, mean: 400, p50: 400.25, p90: 500, p99: 812, p999: 900, max: 901)
    snapshot.window = FeedSnapshot.Window(
      seconds: 10, rate: .init(fps: 10, megabytesPerSecond: 1), stages: ["endToEnd": summary])
    snapshot.lag = 12
    snapshot.frames.rejected = 3
    #expect(
      snapshot.line("inferred")
        == "3000/4500 frames inferred  10.0 fps  1.0 MB/s  p50 400.3 ms  p99 812.0 ms  12 behind  3 rejected  ETA 150 s"
    )
    // Nothing came in the last window: there is no latency to tell, and no end in sight but that of the whole.
    snapshot.window = FeedSnapshot.Window(
      seconds: 10, rate: .init(fps: 0, megabytesPerSecond: 0), stages: [:])
    #expect(
      snapshot.line("inferred")
        == "3000/4500 frames inferred  0.0 fps  0.0 MB/s  12 behind  3 rejected  ETA 50 s")
    #expect(self.snapshot(FrameCounts(acknowledged: 7, droppedFull: 2)).line("sent").contains("2 dropped"))
  }
}
