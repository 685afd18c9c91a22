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
  private static func options(_ cluster: MockCluster, _ log: Log) throws -> StreamOptions {
    var options = StreamOptions(
      feed: "drone-1", codec: try Codec("raw"), kafka: KafkaSettings(brokers: cluster.brokers), log: log)
    options.pace = .rate(100)
    options.isEmbedded = true
    options.drainTimeout = 20
    return options
  }

  private static func write(_ directory: String) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for number in 1...5 {
      try Data("P5 1 1 255\n\(number)".utf8).write(to: URL(filePath: "\(directory)/\(number).pgm"))
    }
  }

  @Test(.timeLimit(.minutes(2))) func aFeedWithoutEndGoesOnWhenItsDirectoryIsBack() throws {
    let scratch = try Scratch(partitions: nil)
    let (here, away) = (scratch.file("rig"), scratch.file("away"))
    try Self.write(here)
    let cluster = try MockCluster(brokers: 1)
    cluster.create("frames")
    let lines = Mutex<[String]>([])
    var options = try Self.options(
      cluster, Log(level: .warning) { line in lines.withLock { $0.append(line.message) } })
    options.loops = nil
    let streamer = FeedStreamer(try SourceOpener.open([here]), options)
    let driver = PipelineThread("driver") {
      #expect(eventually { streamer.progress.done > 20 })
      try? FileManager.default.moveItem(atPath: here, toPath: away)
      #expect(eventually { lines.withLock { $0.contains { $0.contains("the feed goes on when") } } })
      try? FileManager.default.moveItem(atPath: away, toPath: here)
      #expect(eventually { lines.withLock { $0.contains { $0.contains("frames again, after") } } })
      let before = streamer.progress.done
      #expect(eventually { streamer.progress.done > before + 20 })
      streamer.stop()
    }
    let outcome = try streamer.stream()
    driver.join()
    #expect(outcome.wasStopped && outcome.report.frames.acknowledged == outcome.report.frames.sent)
    let told = lines.withLock { $0 }
    #expect(told.count { $0.contains("the feed goes on when") } == 1, "\(told)")
    #expect(told.count { $0.contains("frames again, after") } == 1, "\(told)")
    // Files that were away in the middle of a reading were rejected one by one: less than a reading of them.
    #expect((outcome.report.frames.rejected ?? 0) < 5)
  }

  /// A stop while it is away is heeded at once; and a feed of so many readings ends as it does today.
  @Test(.timeLimit(.minutes(2))) func aStopEndsTheWaiting() throws {
    let scratch = try Scratch(partitions: nil)
    let here = scratch.file("rig")
    try Self.write(here)
    let cluster = try MockCluster(brokers: 1)
    cluster.create("frames")
    let lines = Mutex<[String]>([])
    var options = try Self.options(
      cluster, Log(level: .warning) { line in lines.withLock { $0.append(line.message) } })
    options.loops = nil
    let streamer = FeedStreamer(try SourceOpener.open([here]), options)
    let driver = PipelineThread("driver") {
      #expect(eventually { streamer.progress.done > 3 })
      try? FileManager.default.removeItem(atPath: here)
      #expect(eventually { lines.withLock { $0.contains { $0.contains("the feed goes on when") } } })
      streamer.stop()
    }
    let outcome = try streamer.stream()
    driver.join()
    #expect(outcome.wasStopped && outcome.report.frames.acknowledged == outcome.report.frames.sent)

    // Never one good frame: nothing to wait for.
    try FileManager.default.createDirectory(atPath: here, withIntermediateDirectories: true)
    try Data("P5 bad".utf8).write(to: URL(filePath: "\(here)/1.pgm"))
    let bad = try FeedStreamer(try SourceOpener.open([here]), options).stream()
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
