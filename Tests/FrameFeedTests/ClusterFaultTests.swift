import CRDKafka
import FrameCodecs
import FrameCore
import FrameLatency
import FrameModels
import FrameSources
import FrameTensors
import LogLines
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// Faults of a cluster of three brokers (librdkafka's in-process one), source and sink in this process.
///
/// Each frame that was sent is acknowledged, received and inferred, or counted. The topic's other partitions hold
/// runs of other lengths, so that each fault finds a sink with positions in all of them.
@Suite(.serialized) struct ClusterFaultTests {
  static let frames = 200
  /// Sent whole before the fault: the other feeds of the topic, each in a partition of its own.
  static let others = [("drone-4", 40), ("thief", 90)]
  static let otherFrames = others.reduce(0) { $0 + $1.1 }

  /// A feed under way through a cluster.
  private struct Rig {
    let cluster: MockCluster
    let streamer: FeedStreamer
    let demo: FeedDemo
    /// Not through brokers so far away that the feed would end before the others are connected.
    let hasOthers: Bool

    init(settings: [(String, String)] = [], roundTrip: Int32? = nil, inFlight: Int? = nil) throws {
      cluster = try MockCluster(brokers: 3)
      cluster.create("frames", partitions: UnequalTopic.partitions)
      for partition in 0..<Int32(UnequalTopic.partitions) {
        cluster.setLeader("frames", partition, to: partition == Self.partition ? 1 : 2 + partition % 2)
      }
      try UnequalTopic.fill("frames", on: cluster.brokers)
      hasOthers = roundTrip == nil
      if let roundTrip { cluster.setRoundTrip(milliseconds: roundTrip) }
      var kafka = KafkaSettings(brokers: cluster.brokers)
      // An empty fetch of this cluster always waits the full time.
      kafka.set("fetch.wait.max.ms", "1")
      if let inFlight { kafka.set("max.in.flight", "\(inFlight)") }
      for (key, value) in settings { kafka.set(key, value) }
      streamer = try Self.streamer("drone-1", ClusterFaultTests.frames, kafka, .rate(100))
      let model = ModelManifest(
        name: "motion", runtime: ModelRuntime(kind: .builtin),
        input: TensorSpec(
          width: 64, height: 48, layout: .nhwc, type: .uint8, color: .gray, scale: 1, batch: 4))
      var reading = SinkOptions(model: model, kafka: kafka, log: .silent)
      reading.group = "g"
      reading.untilEnd = true
      reading.awaitsRun = true
      reading.idleTimeout = 20
      reading.isEmbedded = true
      demo = FeedDemo(streamer, try FeedSink(reading))
    }

    /// Where the feed's frames go; its leader is broker 1.
    static let partition = Int32(UnequalTopic.partition(of: "drone-1"))

    private static func streamer(
      _ feed: String, _ frames: Int, _ kafka: KafkaSettings, _ pace: StreamOptions.Pace
    ) throws -> FeedStreamer {
      var sending = StreamOptions(feed: feed, codec: try Codec("raw"), kafka: kafka, log: .silent)
      sending.pace = pace
      sending.frames = frames
      sending.isEmbedded = true
      sending.drainTimeout = 20
      return FeedStreamer(try SourceOpener.open(["synthetic:64x48"]), sending)
    }

    /// Runs the feed, with a fault once a third of it has been acknowledged.
    func run(_ name: String, fault: (MockCluster) -> Void) throws -> FeedOutcome {
      let answer = Monitor<Result<FeedOutcome, FeedError>?>(nil)
      let demo = demo
      let thread = PipelineThread("feed") {
        let result: Result<FeedOutcome, FeedError>
        do throws(FeedError) { result = .success(try demo.run()) } catch { result = .failure(error) }
        answer.withLock { $0 = result }
        answer.wakeAll()
      }
      let soon = FrameClock.monotonic() + 60_000_000_000
      func waitFor(frames: Int) {
        while streamer.snapshot().done < frames, FrameClock.monotonic() < soon {
          pause(milliseconds: 5)
          if answer.withLock({ $0 != nil }) { break }
        }
      }
      waitFor(frames: 1)
      let others = try (hasOthers ? ClusterFaultTests.others : []).map { feed, frames in
        let other = try Self.streamer(
          feed, frames, KafkaSettings(brokers: cluster.brokers), .asFastAsPossible)
        return PipelineThread("other feed") { #expect(throws: Never.self) { try other.stream() } }
      }
      for other in others { other.join() }
      waitFor(frames: ClusterFaultTests.frames / 3)
      fault(cluster)
      let deadline = FrameClock.monotonic() + 90_000_000_000
      guard let result = answer.withLock(waitingUntil: { $0 != nil }, deadline: deadline, { $0 }) else {
        throw Hang(name: name)
      }
      thread.join()
      let outcome = try result.get()
      let counts = outcome.report.frames
      print(
        "\(name): sent \(counts.sent ?? -1) acknowledged \(counts.acknowledged ?? -1) received \(counts.received ?? -1)",
        "inferred \(counts.inferred ?? -1) missing \(counts.missing ?? -1) duplicate \(counts.duplicate ?? -1)",
        "reordered \(counts.reordered ?? -1) worst \(Int(outcome.report.stages["endToEnd"]?.max ?? -1)) ms",
        outcome.report.notes ?? [])
      if python != nil { try expectReadToEnd("frames", group: "g", on: cluster.brokers) }
      return outcome
    }
  }

  private struct Hang: Error {
    let name: String
  }

  private func expectComplete(_ outcome: FeedOutcome, others: Int = otherFrames, _ comment: Comment) {
    let counts = outcome.report.frames
    #expect(outcome.isComplete, comment)
    for count in [counts.sent, counts.acknowledged] { #expect(count == Self.frames, comment) }
    for count in [counts.received, counts.decoded, counts.inferred] {
      #expect(count == Self.frames + others, comment)
    }
    #expect(counts.missing == 0 && counts.rejected == 0 && counts.droppedFull == 0, comment)
  }

  @Test func theLeaderIsDownForAWhile() throws {
    let outcome = try Rig().run("leader down 2 s") { cluster in
      cluster.takeDown(1)
      pause(milliseconds: 2000)
      cluster.bringUp(1)
    }
    expectComplete(outcome, "down and up")
    #expect(outcome.report.stages["endToEnd"]!.max >= 1500)
  }

  @Test func theLeaderIsDownAndAnotherTakesOver() throws {
    let outcome = try Rig().run("leader down, another leads") { cluster in
      cluster.takeDown(1)
      pause(milliseconds: 500)
      cluster.setLeader("frames", Rig.partition, to: 2)
    }
    expectComplete(outcome, "another leads")
  }

  @Test func theLeaderChanges() throws {
    let outcome = try Rig().run("leader changes 3 times") { cluster in
      for leader: Int32 in [2, 3, 1] {
        cluster.setLeader("frames", Rig.partition, to: leader)
        pause(milliseconds: 150)
      }
    }
    expectComplete(outcome, "leader changes")
  }

  @Test func allBrokersAreDownForAWhile() throws {
    let outcome = try Rig().run("all brokers down 2 s") { cluster in
      cluster.takeDown()
      pause(milliseconds: 2000)
      cluster.bringUp()
    }
    expectComplete(outcome, "all down")
    #expect(outcome.report.stages["endToEnd"]!.max >= 1500)
  }

  /// Errors that pass: librdkafka tries again.
  @Test(arguments: [1, 5]) func producingFailsAndIsTriedAgain(inFlight: Int) throws {
    let errors = [
      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
      RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND,
      RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, RD_KAFKA_RESP_ERR__TRANSPORT,
    ]
    let outcome = try Rig(inFlight: inFlight).run(
      "6 retriable produce errors in a row, \(inFlight) in flight"
    ) {
      $0.fail(.produce, with: errors.map { KafkaCode($0) })
    }
    expectComplete(outcome, "retriable")
    // Brokers refuse a record that is ahead of one that failed; this cluster takes it, unless there is none.
    if inFlight == 1 { #expect(outcome.report.frames.reordered == 0) }
  }

  /// Errors that end an idempotent producer: another goes on where it was.
  @Test(arguments: [
    RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
  ]) func aProducerThatLostItsPlaceIsReplaced(_ error: rd_kafka_resp_err_t) throws {
    let code = KafkaCode(error)
    let outcome = try Rig().run("produce \(code.name)") {
      $0.fail(.produce, with: [code])
    }
    expectComplete(outcome, "\(code.name)")
    // This cluster would take what is under way behind the refused record; nothing is.
    #expect(outcome.report.frames.reordered == 0)
    // The other one librdkafka mends itself.
    let wasReplaced = outcome.report.notes?.contains { $0.contains("records were sent again") } == true
    #expect(wasReplaced == (error == RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER))
  }

  /// A record that is refused is counted on both sides; those after it go on.
  @Test(arguments: [
    RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
  ]) func aRefusedRecordIsCountedOnBothSides(_ error: rd_kafka_resp_err_t) throws {
    let refused = KafkaCode(error)
    let outcome = try Rig().run("produce \(refused.name)") { $0.fail(.produce, with: [refused]) }
    let counts = outcome.report.frames
    let acknowledged = try #require(counts.acknowledged)
    #expect(!outcome.isComplete && counts.sent == Self.frames && acknowledged < Self.frames)
    let answered = acknowledged + Self.otherFrames
    #expect(counts.received == answered && counts.inferred == answered)
    #expect(counts.missing == Self.frames - acknowledged && counts.duplicate == 0)
    #expect(outcome.report.notes?.contains { $0.contains("refused by the broker") } == true)
  }

  /// What no waiting helps against ends the feed, in words of the broker. What was sent before is told all the same.
  @Test func aFeedThatMayNotSendEnds() throws {
    let forbidden = KafkaCode(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
    let outcome = try Rig().run("produce \(forbidden.name)") { $0.fail(.produce, with: [forbidden]) }
    let failure = try #require(outcome.failure)
    #expect("\(failure)".contains("needs Write on topic"))
    let counts = outcome.report.frames
    #expect(!outcome.isComplete && counts.sent! < Self.frames && counts.acknowledged! < counts.sent!)
    #expect(outcome.report.notes?.contains { $0.contains("sending ended") } == true)
  }

  /// One with a lost position reads again from where the topic begins, and knows what it had.
  @Test func fetchingFailsAndIsTriedAgain() throws {
    let errors = [
      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_UNKNOWN, RD_KAFKA_RESP_ERR__TRANSPORT,
      RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE,
    ]
    let outcome = try Rig().run("4 fetch errors in a row") {
      $0.fail(.fetch, with: errors.map { KafkaCode($0) })
    }
    expectComplete(outcome, "fetch errors")
  }

  @Test func farBrokersOnlyCostTime() throws {
    let outcome = try Rig(roundTrip: 200).run("round trip 200 ms") { _ in }
    expectComplete(outcome, others: 0, "200 ms")
    #expect(outcome.report.stages["acknowledge"]!.min >= 150)
    #expect(outcome.report.frames.duplicate == 0 && outcome.report.frames.reordered == 0)
  }

  /// The answer to a produce request comes after the client has given up on it: it is sent again, and known.
  @Test func answersThatComeTooLateAreNotLosses() throws {
    let outcome = try Rig(settings: [("socket.timeout.ms", "1000"), ("message.timeout.ms", "20000")])
      .run("produce answered after 1.5 s, time-out 1 s") { cluster in
        for _ in 0..<3 { cluster.delay(.produce, of: 1, milliseconds: 1500) }
      }
    let counts = outcome.report.frames
    #expect(outcome.isComplete && counts.acknowledged == Self.frames)
    #expect(counts.inferred == Self.frames + Self.otherFrames && counts.missing == 0)
  }

  /// A stop without a broker ends within the drain time-out, with a report of what was not acknowledged.
  @Test func aStoppedFeedReportsWhatItCouldNotSend() throws {
    let cluster = try MockCluster(brokers: 1)
    cluster.create("frames")
    var options = StreamOptions(
      feed: "drone-1", codec: try Codec("raw"), kafka: KafkaSettings(brokers: cluster.brokers), log: .silent
    )
    options.pace = .rate(200)
    options.isEmbedded = true
    options.drainTimeout = 1
    let streamer = FeedStreamer(try SourceOpener.open(["synthetic:64x48"]), options)
    let stopper = PipelineThread("stop") {
      while streamer.snapshot().done < 50 { pause(milliseconds: 5) }
      cluster.takeDown()
      // All that may wait is full then.
      pause(milliseconds: 1000)
      streamer.stop()
    }
    let outcome = try streamer.stream()
    stopper.join()
    let counts = outcome.report.frames
    #expect(outcome.wasStopped && !outcome.isComplete)
    let unanswered = counts.sent! - counts.acknowledged!
    #expect(counts.acknowledged! >= 50 && unanswered > 0 && unanswered <= 64)
    let notes = outcome.report.notes ?? []
    #expect(
      notes.contains { $0.hasPrefix("\(unanswered) frames were sent and never acknowledged") }, "\(notes)")
    #expect(notes.contains { $0.contains("captured and not sent") }, "\(notes)")
  }
}

/// Waits.
private func pause(milliseconds: Int64) {
  _ = StopSignal().sleep(until: FrameClock.monotonic() + milliseconds * 1_000_000)
}
