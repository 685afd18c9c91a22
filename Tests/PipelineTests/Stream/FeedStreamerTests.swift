import FrameCodecs
import FrameCore
import FrameLatency
import FrameSources
import LogLines
import Synchronization
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// A stream against librdkafka's brokers in this process: what its report and outcome say.
@Suite(.serialized) struct FeedStreamerTests {
  private static func options(
    _ cluster: MockCluster, _ change: (inout StreamOptions) -> Void = { _ in }
  ) throws -> StreamOptions {
    cluster.create("frames")
    var options = StreamOptions(
      feed: "camera", codec: try Codec("raw"), kafka: KafkaSettings(brokers: cluster.brokers), log: .silent)
    options.isEmbedded = true
    options.pace = .asFastAsPossible
    change(&options)
    return options
  }

  /// More encoders than one, and brokers that are slower than they: all frames arrive, and the feed ends. (Before,
  /// the last ones were dropped at the end, and the sender waited for them for ever.)
  @Test(.timeLimit(.minutes(1)), arguments: [2, 4]) func noEncoderLosesTheLastFrames(_ encoders: Int) throws {
    let cluster = try MockCluster()
    cluster.setRoundTrip(milliseconds: 5)
    let options = try Self.options(cluster) { options in
      options.encoders = encoders
      options.frames = 300
    }
    let outcome = try FeedStreamer(SourceOpener.open(["synthetic:320x200"]), options).stream()
    #expect(outcome.isComplete && outcome.report.frames.acknowledged == 300)
    #expect(outcome.report.notes?.count == 1, "\(outcome.report.notes ?? [])")
  }

  /// An error of the source: what was read before it is acknowledged, the run has its end, and the report says why.
  @Test func anErrorOfTheSource() throws {
    let cluster = try MockCluster()
    let source = ScriptedSource(Array(repeating: .frame, count: 33) + [.fail])
    let outcome = try FeedStreamer(source, Self.options(cluster)).stream()
    #expect(outcome.report.frames.sent == 33 && outcome.report.frames.acknowledged == 33)
    #expect(!outcome.isComplete && outcome.failure != nil && !outcome.wasStopped)
    let notes = try #require(outcome.report.notes)
    #expect(notes.contains { $0.contains("could not be read to its end") })
    #expect(!notes.contains { $0.contains("end of run") })
  }

  /// With `acks=0` nobody says that frames arrived: they are sent, and that is all.
  @Test func nobodyConfirms() throws {
    let cluster = try MockCluster()
    let options = try Self.options(cluster) { $0.kafka.set("acks", "0") }
    let streamer = FeedStreamer(ScriptedSource(Array(repeating: .frame, count: 20)), options)
    let outcome = try streamer.stream()
    #expect(outcome.report.frames.sent == 20 && outcome.report.frames.acknowledged == nil)
    #expect(outcome.report.stages["acknowledge"] == nil && outcome.report.stages["queue"]?.count == 20)
    #expect(!outcome.isComplete && outcome.isUnconfirmed && outcome.failure == nil)
    #expect(outcome.report.notes?.contains { $0.hasPrefix("acks=0") } == true)
    #expect(streamer.snapshot().done == 20 && !streamer.isConfirmed)
  }

  @Test func oneBrokerConfirms() throws {
    let cluster = try MockCluster()
    let options = try Self.options(cluster) { $0.kafka.set("request.required.acks", "1") }
    let outcome = try FeedStreamer(ScriptedSource([.frame, .frame]), options).stream()
    #expect(outcome.isComplete && outcome.report.frames.acknowledged == 2)
    #expect(outcome.report.notes?.contains { $0.hasPrefix("acks=1") } == true)
  }

  /// Without idempotence a record that is sent again may be stored twice, and nobody can tell that it was.
  @Test(arguments: ["true", "false"]) func whetherFramesMayLieTwiceIsSaid(_ idempotence: String) throws {
    let cluster = try MockCluster()
    let options = try Self.options(cluster) { $0.kafka.set("enable.idempotence", idempotence) }
    let notes = try FeedStreamer(ScriptedSource([.frame, .frame]), options).stream().report.notes ?? []
    #expect(notes.contains { $0.hasPrefix("enable.idempotence=false") } == (idempotence == "false"))
  }

  @Test func whatAcksMeans() {
    var kafka = KafkaSettings(brokers: "b:1")
    #expect(Confirmation(kafka) == .inSync)
    for (value, meaning) in [("0", Confirmation.none), ("1", .leader), ("all", .inSync), ("-1", .inSync)] {
      kafka.set("acks", value)
      #expect(Confirmation(kafka) == meaning)
    }
    // Two names of one setting: the last that was given.
    kafka.set("request.required.acks", "0")
    #expect(Confirmation(kafka) == .none)
    kafka.set("acks", "all")
    #expect(Confirmation(kafka) == .inSync)
  }

  /// A stop while the first connection is waited for ends the feed, with a report.
  @Test(arguments: [true, false]) func aStopWhileConnecting(_ isEmbedded: Bool) throws {
    let cluster = try MockCluster()
    cluster.takeDown()
    let options = try Self.options(cluster) { $0.isEmbedded = isEmbedded }
    let source = ScriptedSource([.frame, .wait], isLive: true)
    let streamer = FeedStreamer(source, options)
    let driver = PipelineThread("driver") {
      _ = StopSignal().sleep(until: FrameClock.monotonic() + 300_000_000)
      streamer.stop()
    }
    let started = FrameClock.monotonic()
    let outcome = try streamer.stream()
    driver.join()
    #expect(outcome.wasStopped && outcome.report.frames.sent == 0 && outcome.failure == nil)
    #expect(source.given == 0)
    // Not the five seconds that are waited for a broker.
    print("stopped after \((FrameClock.monotonic() - started) / 1_000_000) ms")
  }

  @Test func nothingToSend() throws {
    let cluster = try MockCluster()
    let empty = try Self.options(cluster)
    #expect(throws: FeedError.self) { try FeedStreamer(ScriptedSource([]), empty).stream() }
    let failing = FeedStreamer(ScriptedSource([.fail]), empty)
    #expect { try failing.stream() } throws: { "\($0)".contains("ends here") }
    // Frames that are all bad are a feed, and not complete.
    let bad = try FeedStreamer(ScriptedSource([.rejected, .rejected]), empty).stream()
    #expect(bad.report.frames.rejected == 2 && !bad.isComplete && bad.failure == nil)
  }

  /// The frames that were refused do not count as captured and lost, and no note blames anybody.
  @Test func refusedFramesAreNotMissed() throws {
    let cluster = try MockCluster()
    let options = try Self.options(cluster) { $0.codec = try! Codec("zstd") }
    let outcome = try FeedStreamer(ScriptedSource([.frame, .broken, .frame, .rejected]), options).stream()
    #expect(outcome.report.frames.sent == 2 && outcome.report.frames.rejected == 2)
    #expect(outcome.report.notes?.contains { $0.contains("not sent") } == false)
  }
}
