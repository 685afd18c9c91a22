import Foundation
import FrameCodecs
import FrameCore
import FrameLatency
import FrameSources
import LogLines
import Synchronization
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// A directory that is streamed for ever and is away for a moment.
@Suite(.serialized) struct SourceOutageTests {
  /// A directory of five frames that are read for ever, 100 a second, and what is said of it.
  private final class Feed: Sendable {
    let scratch: Scratch
    let cluster: MockCluster
    let here, away: String
    private let lines = Mutex<[String]>([])

    init() throws {
      scratch = try Scratch(partitions: nil)
      (here, away) = (scratch.file("rig"), scratch.file("away"))
      cluster = try MockCluster(brokers: 1)
      cluster.create("frames")
      try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: true)
      for number in 1...5 {
        try Data("P5 1 1 255\n\(number)".utf8).write(to: URL(filePath: "\(here)/\(number).pgm"))
      }
    }

    func streamer() throws -> FeedStreamer {
      let log = Log(level: .warning) { line in self.lines.withLock { $0.append(line.message) } }
      var options = StreamOptions(
        feed: "drone-1", codec: try Codec("raw"), kafka: KafkaSettings(brokers: cluster.brokers), log: log)
      options.pace = .rate(100)
      options.isEmbedded = true
      options.drainTimeout = 20
      options.loops = nil
      return FeedStreamer(try SourceOpener.open([here]), options)
    }

    var told: [String] { lines.withLock { $0 } }

    func says(_ text: String) -> Bool { told.contains { $0.contains(text) } }
  }

  @Test(.timeLimit(.minutes(2))) func aFeedWithoutEndGoesOnWhenItsDirectoryIsBack() throws {
    let feed = try Feed()
    let streamer = try feed.streamer()
    let driver = PipelineThread("driver") {
      #expect(eventually { streamer.snapshot().done > 20 })
      try? FileManager.default.moveItem(atPath: feed.here, toPath: feed.away)
      #expect(eventually { feed.says("the feed continues when") })
      try? FileManager.default.moveItem(atPath: feed.away, toPath: feed.here)
      #expect(eventually { feed.says("frames again, after") })
      let before = streamer.snapshot().done
      #expect(eventually { streamer.snapshot().done > before + 20 })
      streamer.stop()
    }
    let outcome = try streamer.stream()
    driver.join()
    #expect(outcome.wasStopped && outcome.report.frames.acknowledged == outcome.report.frames.sent)
    #expect(feed.told.count { $0.contains("the feed continues when") } == 1, "\(feed.told)")
    #expect(feed.told.count { $0.contains("frames again, after") } == 1, "\(feed.told)")
    // Files that were away in the middle of a reading were rejected one by one: less than a reading of them.
    #expect((outcome.report.frames.rejected ?? 0) < 5)
  }

  /// A stop while it is away is heeded at once; and one that never had a good frame is not waited for.
  @Test(.timeLimit(.minutes(2))) func aStopEndsTheWaiting() throws {
    let feed = try Feed()
    let streamer = try feed.streamer()
    let driver = PipelineThread("driver") {
      #expect(eventually { streamer.snapshot().done > 3 })
      try? FileManager.default.removeItem(atPath: feed.here)
      #expect(eventually { feed.says("the feed continues when") })
      streamer.stop()
    }
    let outcome = try streamer.stream()
    driver.join()
    #expect(outcome.wasStopped && outcome.report.frames.acknowledged == outcome.report.frames.sent)

    try FileManager.default.createDirectory(atPath: feed.here, withIntermediateDirectories: true)
    try Data("P5 bad".utf8).write(to: URL(filePath: "\(feed.here)/1.pgm"))
    let bad = try feed.streamer().stream()
    #expect(bad.report.frames.rejected == 1 && !bad.isComplete)
  }

  @Test func placesOfTheScheduleThatPassedAreLeftOut() throws {
    let rate = FrameSchedule(pace: .rate(10), start: 1_000_000_000)
    #expect(rate.passed(at: 3_050_000_000, index: 7, presentation: nil) == (14, 0))
    #expect(rate.passed(at: 3_050_000_000, index: 30, presentation: nil) == (0, 0))
    let soon = FrameSchedule(pace: .asFastAsPossible, start: 0)
    #expect(soon.passed(at: 5, index: 7, presentation: nil) == (0, 0))
    // Times that a source has are put off: the frames after it keep their distance.
    let shown = FrameSchedule(pace: .presentation, start: 10)
    #expect(shown.passed(at: 45, index: 7, presentation: 30) == (0, 5))
    #expect(shown.passed(at: 45, index: 7, presentation: 40) == (0, 0))
  }
}
