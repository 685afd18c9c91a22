import FrameCodecs
import FrameCore
import FrameLatency
import FrameModels
import FrameSources
import FrameTensors
import KafkaTransport
import LogLines
import Testing

@testable import FrameFeed

import Glibc

/// Whole feeds in this process: several sources with several encoders, sinks with several decoders and models that
/// answer at once or later, through librdkafka's in-process brokers. What came out is taken from the answers.
///
/// With `FRAMEFEED_SOAK=S` each goes on for S seconds: for sanitizers, and with `FRAMEFEED_DISTURB`.
@Suite(.serialized) struct WholePipelineTests {
  /// What a model was asked, by feed, in the order in which the answers left.
  private final class Answers: Sendable {
    let sequences = Monitor<[String: [Int]]>([:])

    func add(_ frames: [FrameIdentity]) {
      sequences.withLock { sequences in
        for frame in frames { sequences[frame.feed, default: []].append(frame.sequence ?? -1) }
      }
      sequences.wakeAll()
    }

    /// Waits until the last frame of each feed was asked for.
    func waitForEnds(_ lengths: [String: Int]) {
      let deadline = FrameClock.monotonic() + 120_000_000_000
      sequences.withLock(
        waitingUntil: { sequences in
          lengths.allSatisfy { sequences[$0.key]?.contains($0.value - 1) ?? false }
        }, deadline: deadline
      ) { _ in }
    }
  }

  /// Answers each batch after a moment of its own, from a thread of its own: out of order.
  private final class SlowModel: Model {
    let manifest: ModelManifest
    let outputs: [ModelOutput] = []
    private let answers: Answers

    private final class Held: @unchecked Sendable {
      // Sound: handed to one thread.
      var batch: PendingBatch?
      init(_ batch: consuming PendingBatch) { self.batch = consume batch }
    }

    init(_ answers: Answers, batch: Int, inFlight: Int) {
      self.answers = answers
      var runtime = ModelRuntime(kind: .builtin)
      runtime.maximumInFlight = inFlight
      manifest = ModelManifest(
        name: "slow", runtime: runtime,
        input: TensorSpec(
          width: 16, height: 16, type: .uint8, color: .gray, scale: 1, batch: batch,
          batchTimeoutMilliseconds: 5))
    }

    func take(_ batch: consuming PendingBatch) {
      // The order in which batches are asked is that in which their answers leave.
      answers.add(batch.frames)
      guard manifest.runtime.maximumInFlight > 1 else { return Self.answer(batch) }
      let held = Held(batch)
      _ = PipelineThread("slow-model") {
        usleep(UInt32.random(in: 0..<3000))
        if let batch = held.batch.take() { Self.answer(batch) }
      }
    }

    private static func answer(_ batch: consuming PendingBatch) {
      var rows = batch.takeRows()
      for _ in batch.frames { rows.beginFrame(outputs: 0) }
      batch.answer(rows)
    }
  }

  struct Case: CustomTestStringConvertible, Sendable {
    var codec = "raw"
    var encoders = 1
    var decoders = 1
    var batch = 1
    var inFlight = 1
    var policy = SinkOptions.Policy.every
    /// Stops the sink in the middle, and lets another of its group go on.
    var isHandedOver = false

    var testDescription: String {
      "\(codec), \(encoders) encoders, \(decoders) decoders, batch \(batch), \(inFlight) in flight, \(policy)\(isHandedOver ? ", handed over" : "")"
    }
  }

  static let cases = [
    Case(encoders: 2, decoders: 2), Case(codec: "zstd", encoders: 4, decoders: 4, batch: 3),
    Case(codec: "jpeg", encoders: 3, decoders: 3, batch: 2, inFlight: 4),
    Case(encoders: 2, decoders: 2, inFlight: 8), Case(encoders: 2, decoders: 3, policy: .latest),
    Case(encoders: 2, decoders: 2, batch: 2, inFlight: 3, policy: .latest),
    Case(encoders: 2, decoders: 4, inFlight: 4, isHandedOver: true),
    Case(encoders: 3, decoders: 2, batch: 4, isHandedOver: true),
  ]

  /// Feeds of unequal length; each has a partition of its own.
  private static let lengths = ["a": 150, "b": 90, "c": 40]

  @Test(arguments: cases) func everyFrameIsAnswered(_ one: Case) throws {
    let end = FrameClock.monotonic() + Int64(Self.seconds * 1e9)
    var rounds = 0
    repeat {
      try run(one)
      rounds += 1
    } while FrameClock.monotonic() < end
    if Self.seconds > 0 { print("\(one.testDescription): \(rounds) rounds") }
  }

  /// Of each frame the stages from when it was due until it was answered add up: so do their means.
  @Test func stagesAddUpToTheWhole() throws {
    let cluster = try MockCluster(brokers: 3)
    cluster.create("frames", partitions: 3)
    var kafka = KafkaSettings(brokers: cluster.brokers)
    kafka.set("fetch.wait.max.ms", "1")
    let answers = Answers()
    let one = Case(codec: "jpeg", encoders: 2, decoders: 3, batch: 2, inFlight: 3)
    let sink = Self.start(try Self.sink(one, kafka, answers))
    let sent = try Self.stream("a", 120, one, kafka).report
    answers.waitForEnds(["a": 120])
    sink.sink.stop()
    sink.thread.join()
    let ended = try #require(sink.outcome.withLock { $0 }).get()
    let received = try #require(ended).report
    let stages = sent.stages.merging(received.stages) { first, _ in first }
    let ways: [Stage] = [
      .pace, .encodeWait, .encode, .queue, .transport, .decodeWait, .decode, .batchWait, .infer,
    ]
    let parts = try ways.map { try #require(stages[$0.rawValue]) }
    let whole = try #require(stages[Stage.endToEnd.rawValue])
    #expect(parts.allSatisfy { $0.count == 120 } && whole.count == 120)
    let sum = parts.reduce(0) { $0 + $1.mean }
    #expect(abs(sum - whole.mean) < max(0.05, whole.mean / 100), "\(sum) \(whole.mean)")
    let (tensor, decode) = (stages[Stage.tensor.rawValue], stages[Stage.decode.rawValue])
    #expect(try #require(tensor).mean < (try #require(decode)).mean, "a part of it")
  }

  private static let seconds = getenv("FRAMEFEED_SOAK").flatMap { Double(String(cString: $0)) } ?? 0

  private func run(_ one: Case) throws {
    let cluster = try MockCluster(brokers: 3)
    cluster.create("frames", partitions: 3)
    var kafka = KafkaSettings(brokers: cluster.brokers)
    // An empty fetch of this cluster always waits the full time.
    kafka.set("fetch.wait.max.ms", "1")
    let answers = Answers()
    let first = try Self.sink(one, kafka, answers)
    let firstThread = Self.start(first)
    let sources = Self.lengths.map { feed, frames in
      let outcome = Monitor<Result<FeedOutcome, FeedError>?>(nil)
      let kafka = kafka
      let thread = PipelineThread("test-\(feed)") {
        let result: Result<FeedOutcome, FeedError>
        do throws(FeedError) {
          result = .success(try Self.stream(feed, frames, one, kafka))
        } catch {
          result = .failure(error)
        }
        outcome.withLock { $0 = result }
      }
      return (thread: thread, outcome: outcome)
    }
    if one.isHandedOver {
      usleep(UInt32.random(in: 300_000..<700_000))
      first.stop()
    }
    for source in sources {
      source.thread.join()
      let outcome = try #require(source.outcome.withLock { $0 }).get()
      #expect(outcome.isComplete)
    }
    var last = firstThread
    if one.isHandedOver {
      last.thread.join()
      _ = try #require(last.outcome.withLock { $0 }).get()
      last = Self.start(try Self.sink(one, kafka, answers))
    }
    answers.waitForEnds(Self.lengths)
    last.sink.stop()
    last.thread.join()
    let ended = try #require(last.outcome.withLock { $0 }).get()
    let report = try #require(ended).report
    let counts = report.frames
    #expect(counts.missing == 0 && counts.lost == 0 && counts.rejected == 0, "\(counts)")
    // What is said of each feed adds up to what is said of all, in the report and before.
    let feeds = report.perFeed ?? []
    #expect(feeds.reduce(0) { $0 + $1.inferred } == counts.inferred, "\(feeds)")
    #expect(feeds.reduce(0) { $0 + ($1.endToEnd?.count ?? 0) } == report.stages["endToEnd"]?.count)
    #expect(Set(feeds.map(\.feed)).isSubset(of: Self.lengths.keys))
    let snapshot = last.sink.snapshot()
    #expect(snapshot.done == counts.inferred && snapshot.frames.received == counts.received)
    #expect(snapshot.feeds?.reduce(0) { $0 + $1.received } == counts.received)
    judge(one, answers.sequences.withLock { $0 })
  }

  private func judge(_ one: Case, _ answers: [String: [Int]]) {
    for (feed, frames) in Self.lengths {
      let answered = answers[feed] ?? []
      if one.policy == .latest {
        #expect(zip(answered, answered.dropFirst()).allSatisfy { $0 < $1 }, "\(feed): \(answered)")
        #expect(answered.last == frames - 1, "the newest is answered: \(feed): \(answered)")
      } else {
        #expect(Set(answered) == Set(0..<frames), "\(feed): \(answered)")
        // A sink that goes on may repeat what the one before had not committed, and repeats it in order.
        let breaks = zip(answered, answered.dropFirst()).count { $1 != $0 + 1 }
        #expect(breaks <= (one.isHandedOver ? 1 : 0), "\(feed): \(answered)")
      }
    }
  }

  private static func stream(
    _ feed: String, _ frames: Int, _ one: Case, _ kafka: KafkaSettings
  ) throws(FeedError) -> FeedOutcome {
    let codec: Codec
    let source: any FrameSource
    do {
      codec = try Codec(one.codec)
      source = try SourceOpener.open(["synthetic:64x48"])
    } catch {
      throw .option("\(error)")
    }
    var options = StreamOptions(feed: feed, codec: codec, kafka: kafka, log: .silent)
    options.pace = one.isHandedOver ? .rate(150) : .asFastAsPossible
    options.frames = frames
    options.encoders = one.encoders
    options.isEmbedded = true
    return try FeedStreamer(source, options).stream()
  }

  private static func sink(_ one: Case, _ kafka: KafkaSettings, _ answers: Answers) throws -> FeedSink {
    let model = SlowModel(answers, batch: one.batch, inFlight: one.inFlight)
    var options = SinkOptions(model: model.manifest, kafka: kafka, log: .silent)
    options.group = "g"
    options.decoders = one.decoders
    options.policy = one.policy
    options.isEmbedded = true
    return FeedSink(options, model: model)
  }

  private static func start(
    _ sink: FeedSink
  ) -> (sink: FeedSink, thread: PipelineThread, outcome: Monitor<Result<FeedOutcome?, FeedError>?>) {
    let outcome = Monitor<Result<FeedOutcome?, FeedError>?>(nil)
    let thread = PipelineThread("test-sink") {
      let result: Result<FeedOutcome?, FeedError>
      do throws(FeedError) { result = .success(try sink.sink()) } catch { result = .failure(error) }
      outcome.withLock { $0 = result }
    }
    _ = sink.waitUntilReady(deadline: FrameClock.monotonic() + 20_000_000_000)
    return (sink, thread, outcome)
  }
}
