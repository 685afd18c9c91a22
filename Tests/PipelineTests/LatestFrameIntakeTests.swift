import FrameCore
import FrameModels
import FrameTensors
import KafkaTransport
import Testing

@testable import FrameFeed

/// Policy `latest` with the records that it holds.
@Suite struct LatestFrameIntakeTests {
  private struct Setup {
    let consumer = FakeConsumer()
    let line: BatchLine
    let intake: LatestFrameIntake
    let tally: SinkTally

    init(bytes: Int = 1 << 20, letters: (any DeadLetters)? = nil) throws {
      let sink = try LonelySink().sink
      tally = sink.tally
      line = BatchLine(TensorPool(spec: sink.options.model.input, batches: 3), decoders: 1)
      let rejections = Rejections(sink.options, tally, sink.failure, letters: letters)
      intake = LatestFrameIntake(
        frames: nil, batch: 1, inFlight: 1, bytes: bytes, RecordAccounting(sink.options, tally, rejections),
        line,
        AnsweredRecords(consumer: consumer, failure: sink.failure))
    }

    /// - Returns: whether it was taken.
    func offer(_ feed: String, _ partition: Int32 = 0, _ offset: Int64, assignment: Int = 1) -> Bool {
      let place = RecordPlace(partition: partition, offset: offset, assignment: assignment, generation: 0)
      let back = intake.offer(FakeConsumer.record(feed: feed, FakeConsumer.picture, place), deadline: 0)
      return back == nil
    }

    /// The model takes the frame that waited longest.
    func take() -> BatchLine.Batch? {
      guard let work = intake.next() else { return nil }
      line.finish(work.place, .rejected)
      let batch = line.next()
      if let batch { intake.batchStarted(frames: batch.frames) }
      return batch
    }
  }

  private func places(_ consumer: FakeConsumer) -> [String] {
    consumer.done.map { "\($0.partition)@\($0.offset)/\($0.assignment)" }
  }

  @Test func theNewestIsAnsweredAndWhatItReplacesIsDone() throws {
    let setup = try Setup()
    #expect(setup.offer("a", 0, 0) && setup.offer("a", 0, 1))
    #expect(places(setup.consumer) == ["0@0/1"])
    let batch = try #require(setup.take())
    #expect(places(setup.consumer) == ["0@0/1"])
    setup.intake.batchAnswered(batch.entries)
    #expect(places(setup.consumer) == ["0@0/1", "0@1/1"])
    #expect(setup.tally.stale.value == 1)
  }

  /// A partition is given up with its frame in the model, and given back: the record comes again. Done at once, its
  /// position would be committed, and a crash of the model would lose the answer.
  @Test func aRecordThatComesAgainIsDoneWithItsFrame() throws {
    let setup = try Setup()
    #expect(setup.offer("a", 0, 5))
    let batch = try #require(setup.take())
    #expect(setup.offer("a", 0, 5, assignment: 2))
    #expect(places(setup.consumer) == [])
    setup.intake.batchAnswered(batch.entries)
    #expect(places(setup.consumer) == ["0@5/1", "0@5/2"])
    // From then on there is nothing to wait for.
    #expect(setup.offer("a", 0, 5, assignment: 3))
    #expect(places(setup.consumer).last == "0@5/3")
  }

  @Test func aRecordThatComesAgainIsDoneWithTheFrameThatWaits() throws {
    let setup = try Setup()
    #expect(setup.offer("a", 0, 5) && setup.offer("a", 0, 5, assignment: 2))
    #expect(places(setup.consumer) == [])
    // A newer one takes its place.
    #expect(setup.offer("a", 0, 6, assignment: 2))
    #expect(places(setup.consumer) == ["0@5/1", "0@5/2"])
  }

  /// REVIEW N9: no room is told, so that the one who fetches can serve the group; the frame outside gets in by itself.
  @Test func aFullIntakeHoldsNobodyUp() throws {
    let setup = try Setup(bytes: FakeConsumer.picture.count)
    #expect(setup.offer("a", 0, 0))
    #expect(setup.offer("b", 0, 1), "one stays outside")
    #expect(!setup.offer("c", 0, 2))
    #expect(!setup.offer("a", 0, 3), "in the order of the log")
    let first = try #require(setup.take())
    #expect(setup.offer("c", 0, 2), "b waits now, c is outside")
    setup.intake.batchAnswered(first.entries)
    let second = try #require(setup.take())
    setup.intake.batchAnswered(second.entries)
    let third = try #require(setup.take())
    setup.intake.batchAnswered(third.entries)
    #expect(places(setup.consumer) == ["0@0/1", "0@1/1", "0@2/1"])
  }

  /// What is outside when the reading ends is read again by the next start.
  @Test func whatIsOutsideAtTheEndIsNotDone() throws {
    let setup = try Setup(bytes: FakeConsumer.picture.count)
    #expect(setup.offer("a", 0, 0) && setup.offer("b", 0, 1))
    setup.intake.close()
    #expect(setup.offer("c", 0, 2), "taken and left")
    setup.intake.discard()
    let isEmpty = setup.take() == nil
    #expect(isEmpty)
    #expect(places(setup.consumer) == [])
  }

  private final class SlowLetters: DeadLetters {
    let isReleased = Monitor(false)
    let isWaiting = Monitor(false)
    let quota = ""

    func keep(_ record: borrowing Record, topic: String, reason: String) throws(FeedError) -> Bool {
      isWaiting.withLock { $0 = true }
      isWaiting.wakeAll()
      isReleased.withLock(waitingUntil: { $0 }) { _ in }
      return true
    }

    func abandon() {
      isReleased.withLock { $0 = true }
      isReleased.wakeAll()
    }
  }

  /// REVIEW B11: a dead letter that waits for its broker holds up neither the model nor a stop.
  @Test func aLetterThatWaitsHoldsUpNobodyElse() throws {
    let letters = SlowLetters()
    let setup = try Setup(letters: letters)
    #expect(setup.offer("a", 0, 0) && setup.offer("b", 1, 0))
    let thread = PipelineThread("test-fetching") {
      let place = RecordPlace(partition: 2, offset: 0, assignment: 1, generation: 0)
      _ = setup.intake.offer(FakeConsumer.record(feed: "c", [1, 2, 3], place), deadline: 0)
    }
    letters.isWaiting.withLock(waitingUntil: { $0 }) { _ in }
    for _ in 0..<2 {
      let batch = try #require(setup.take())
      setup.intake.batchAnswered(batch.entries)
    }
    setup.intake.close()
    #expect(places(setup.consumer) == ["0@0/1", "1@0/1"])
    letters.abandon()
    thread.join()
    #expect(places(setup.consumer) == ["0@0/1", "1@0/1", "2@0/1"])
  }
}
