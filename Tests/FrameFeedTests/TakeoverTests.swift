import FrameCodecs
import FrameCore
import FrameLatency
import FrameModels
import FrameSources
import FrameTensors
import Foundation
import LogLines
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// A member of the group is killed and never comes back: its session ends, and the sink takes its partitions over.
///
/// On librdkafka's in-process cluster, as the local broker keeps a silent member for ever. The member that is
/// killed is confluent-kafka in a process of its own: only a process can be killed.
@Suite(.enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"))
struct TakeoverTests {
  /// Frames of the feeds, each in a partition of its own.
  private static let lengths = [450, 300, 400, 250]

  private static let member = """
    import sys
    from confluent_kafka import Consumer
    consumer = Consumer({"bootstrap.servers": sys.argv[1], "group.id": "g", "session.timeout.ms": 6000,
                         "enable.auto.commit": False, "auto.offset.reset": "earliest", "fetch.wait.max.ms": 1})
    consumer.subscribe(["frames"])
    while True:
        record = consumer.poll(1)
        if record is None or record.error():
            continue
        headers = dict(record.headers() or [])
        if "frame-sequence" in headers:
            print(record.key().decode(), headers["frame-sequence"].decode(), flush=True)
        consumer.commit(record, asynchronous=False)
    """

  @Test func theSinkTakesOverWhatAKilledMemberHad() throws {
    let cluster = try MockCluster(brokers: 3)
    cluster.create("frames", partitions: Self.lengths.count)
    try UnequalTopic.fill("frames", partitions: Self.lengths.count, on: cluster.brokers)
    var kafka = KafkaSettings(brokers: cluster.brokers)
    kafka.set("fetch.wait.max.ms", "1")
    // As the member's: this cluster moves partitions a second before the longest session would end.
    kafka.set("session.timeout.ms", "6000")
    let results = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: results) }
    let model = ModelManifest(
      name: "motion", runtime: ModelRuntime(kind: .builtin),
      input: TensorSpec(width: 64, height: 48, layout: .nhwc, type: .uint8, color: .gray, scale: 1, batch: 4))
    var reading = SinkOptions(model: model, kafka: kafka, log: .silent)
    reading.group = "g"
    reading.idleTimeout = 15
    reading.isEmbedded = true
    reading.results = .file(results)

    let member = try RunningCommand(python!, ["-c", Self.member, cluster.brokers])
    let outcome = Monitor<FeedOutcome?>(nil)
    let sink = try FeedSink(reading)
    let sinking = PipelineThread("sink") {
      let ended = try? sink.sink()
      outcome.withLock { $0 = ended }
    }
    defer { member.kill() }
    usleep(8_000_000)  // both have joined
    let feeds = Self.lengths.indices.map { UnequalTopic.feed(in: $0, of: Self.lengths.count) }
    let streamers = try zip(feeds, Self.lengths).map { feed, length in
      var sending = StreamOptions(feed: feed, codec: try Codec("raw"), kafka: kafka, log: .silent)
      sending.pace = .rate(60)
      sending.frames = length
      sending.isEmbedded = true
      return FeedStreamer(try SourceOpener.open(["synthetic:32x24"]), sending)
    }
    let sources = streamers.map { streamer in PipelineThread("stream") { _ = try? streamer.stream() } }
    func had() -> [AnsweredFrame] {
      member.outputSoFar.split(separator: "\n").compactMap { line in
        let parts = line.split(separator: " ")
        guard parts.count == 2, let sequence = Int(parts[1]) else { return nil }
        return AnsweredFrame(feed: String(parts[0]), run: "", sequence: sequence)
      }
    }
    #expect(eventually(within: 20) { had().count >= 100 })
    member.kill()
    _ = try member.wait()
    for source in sources { source.join() }
    sinking.join()
    let before = had()
    let text = try String(contentsOfFile: results, encoding: .utf8)
    let after = try text.split(separator: "\n").map {
      try JSONDecoder().decode(AnsweredFrame.self, from: Data($0.utf8))
    }
    #expect(Set(before.map(\.feed)).count == 2 && Set(after.map(\.feed)) == Set(feeds))
    // The member tells no runs, and each feed has one.
    let audit = AnswerAudit(
      [before, after.map { AnsweredFrame(feed: $0.feed, run: "", sequence: $0.sequence) }],
      sent: Dictionary(uniqueKeysWithValues: zip(feeds, Self.lengths.map { [$0] })))
    #expect(audit.isComplete && audit.disordered == 0, "\(audit)")
    try expectReadToEnd("frames", group: "g", on: cluster.brokers)
    let counts = outcome.withLock { $0 }?.report.frames
    #expect(counts?.missing == 0 && counts?.inferred == after.count)
    print("member killed for good: it had \(before.count), \(audit)")
  }
}
