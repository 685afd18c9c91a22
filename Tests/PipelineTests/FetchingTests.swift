import FrameCore
import FrameTensors
import KafkaTransport
import Testing

@testable import FrameFeed

/// The fetching thread beside a consumer and a clock that do what a test says.
@Suite struct FetchingTests {
  /// Takes records, or has no room as often as it is told.
  private final class Intake: FrameIntake {
    let full: Lock<Int>
    let taken = Lock<[Int64]>([])
    let isSatisfied = StopSignal()
    private let clock: ManualClock

    init(full: Int = 0, _ clock: ManualClock) {
      self.full = Lock(full)
      self.clock = clock
    }

    func offer(_ record: consuming Record, deadline: Int64) -> Record? {
      let isFull = full.withLock { full in
        guard full > 0 else { return false }
        full -= 1
        return true
      }
      if isFull {
        clock.advance(milliseconds: 100)
        return record
      }
      let offset = record.offset
      taken.withLock { $0.append(offset) }
      return nil
    }

    func next() -> FrameWork? { nil }
    func batchStarted(frames: Int) {}
    func batchAnswered(_ entries: [BatchEntry]) {}
    func close() {}
    func discard() {}
  }

  private func run(
    _ lonely: LonelySink, _ consumer: FakeConsumer, _ intake: Intake? = nil
  ) -> (end: Fetching.End, unread: Set<Int32>) {
    let clock = consumer.clock
    var fetching = Fetching(lonely.sink, consumer, intake ?? Intake(clock)) { clock.now }
    let end = fetching.run()
    return (end, fetching.unread)
  }

  @Test func allIsReadAndNothingFollows() throws {
    let lonely = try LonelySink { $0.untilEnd = true }
    let consumer = FakeConsumer([
      .event(.assigned([FakeConsumer.beginning(0), FakeConsumer.beginning(1)])),
      .frame(feed: "a", partition: 0, offset: 0, assignment: 1), .end(0), .end(1),
    ]) { $0.change { $0.handedOut = [] } }
    #expect(run(lonely, consumer) == (.complete, []))
    #expect(lonely.sink.tally.ledger.withLock { $0.topicPartitions } == 3)
  }

  @Test func aPartitionThatIsNotReadToItsEndIsNamed() throws {
    let lonely = try LonelySink {
      $0.untilEnd = true
      $0.idleTimeout = 30
    }
    let consumer = FakeConsumer([
      .event(.assigned([FakeConsumer.beginning(0), FakeConsumer.beginning(1)])), .end(0),
    ])
    consumer.change { $0.behind = 12 }
    #expect(run(lonely, consumer) == (.idle, [1]))
    // Said once, though it lasts.
    #expect(
      lonely.lines.texts.filter { $0 == "waiting for the end of partitions [1]: 12 records behind" }.count
        == 1)
  }

  @Test func whatIsWaitedForIsSaid() throws {
    let lonely = try LonelySink {
      $0.untilEnd = true
      $0.idleTimeout = 100
    }
    let clock = ManualClock()
    let start = clock.now
    let consumer = FakeConsumer(clock: clock) { consumer in
      let second = (clock.now - start) / 1_000_000_000
      consumer.change { state in
        if second == 10, state.partitions.isEmpty { state.steps = [.event(.assigned([]))] }
        if second == 20, state.partitions.isEmpty {
          state.steps = [.event(.assigned([FakeConsumer.beginning(2)]))]
        }
        state.standstill = (30..<40).contains(second) ? .leaderless([2]) : nil
        if second == 41 { state.steps = [.end(2)] }
        state.behind = second >= 41 ? 1 : nil
        state.openTransaction = second >= 41 ? (2, 24) : nil
      }
    }
    #expect(run(lonely, consumer).end == .idle)
    let said = lonely.lines.texts.filter {
      $0.contains("waiting") || $0.contains("no partitions yet") || $0.contains("no leader")
    }
    #expect(said.count == 5, "\(said.joined(separator: "\n"))")
    #expect(said.first?.contains("no partitions yet") == true)
    #expect(said.dropFirst().first == "waiting: other sinks of group framefeed read all partitions")
    #expect(said.contains { $0.contains("partition 2 of frames has no leader: start its broker at b:1") })
    #expect(said.last == "waiting behind an open transaction: partition 2 is not readable from offset 24 on")
  }

  /// REVIEW N9: while a record waits for room the group is served, and what it decides is heard.
  @Test func aFullQueueServesTheGroup() throws {
    let lonely = try LonelySink { $0.idleTimeout = 20 }
    let clock = ManualClock()
    let intake = Intake(full: 60, clock)
    let consumer = FakeConsumer(
      [
        .event(.assigned([FakeConsumer.beginning(0), FakeConsumer.beginning(1)])),
        .frame(feed: "a", partition: 0, offset: 7, assignment: 1),
      ], clock: clock
    ) { $0.change { $0.handedOut = [] } }
    consumer.change { $0.servings = [.event(.revoked([1])), .event(.lost(0, 8..<10))] }
    #expect(run(lonely, consumer, intake).end == .idle)
    // Six seconds without room: after five the partitions are paused and polling goes on.
    let state = consumer.state.withLock { (served: $0.served, pauses: $0.pauses) }
    #expect(state.served >= 5)
    #expect(state.pauses == [true, false])
    #expect(intake.taken.withLock { $0 } == [7])
    #expect(
      lonely.lines.texts.contains {
        $0.hasPrefix("partition 0: 2 records (offsets 8 to 9) were deleted")
      })
  }

  /// A wait of less than that pauses nothing: what is under way would be fetched once more.
  @Test func aShortWaitPausesNothing() throws {
    let lonely = try LonelySink { $0.idleTimeout = 1 }
    let clock = ManualClock()
    let intake = Intake(full: 20, clock)
    let consumer = FakeConsumer(
      [
        .event(.assigned([FakeConsumer.beginning(0)])),
        .frame(feed: "a", partition: 0, offset: 0, assignment: 1),
      ], clock: clock
    ) { $0.change { $0.handedOut = [] } }
    #expect(run(lonely, consumer, intake).end == .idle)
    #expect(consumer.state.withLock { $0.served } == 0)
    #expect(intake.taken.withLock { $0 } == [0])
  }

  @Test func whatBecomesOfPartitionsIsTold() throws {
    let lonely = try LonelySink { $0.idleTimeout = 1 }
    let consumer = FakeConsumer([
      .event(
        .assigned([
          PartitionBeginning(partition: 0, offset: 40, cause: .committed, lost: 30..<40),
          PartitionBeginning(partition: 1, offset: 0, cause: .recreated, lost: 0..<0),
        ])),
      .event(.recreated(0, from: 44, beginning: 0)),
      .event(.damaged(1, 3, isGivenUp: false, reason: "bad CRC")),
      .event(.damaged(1, 3, isGivenUp: true, reason: "bad CRC")),
      .problem(.topicMissing("frames", broker: "nowhere:1")),
    ])
    #expect(run(lonely, consumer).end == .idle)
    let said = lonely.lines.texts
    #expect(said.count == 6, "\(said)")
    #expect(said.contains { $0.hasPrefix("partition 0: 10 records (offsets 30 to 39) were deleted") })
    #expect(said.filter { $0.contains("the topic was recreated; reading from its beginning") }.count == 2)
    #expect(said.contains("frames[1]@3: arrived damaged, fetching it again: bad CRC"))
    #expect(said.contains { $0.contains("frames[1]@3: lost, damaged") })
  }

  @Test func whatEndsTheClientEndsTheReading() throws {
    let lonely = try LonelySink()
    let fatal = TransportError.topicMissing("frames", broker: "nowhere:1")
    let consumer = FakeConsumer([.problem(fatal)])
    consumer.change { $0.fatal = fatal }
    #expect(run(lonely, consumer).end == .failed)
    #expect(lonely.sink.failure.error != nil)
  }

  @Test func aStopEndsTheReading() throws {
    let lonely = try LonelySink()
    let consumer = FakeConsumer { [sink = lonely.sink] _ in sink.stop() }
    #expect(run(lonely, consumer).end == .stopped)
  }

  /// While the last frames are answered the group is served (REVIEW N9), and what it says is noted.
  @Test func drainingServesTheGroup() throws {
    let lonely = try LonelySink()
    let consumer = FakeConsumer()
    consumer.change { $0.servings = [.event(.assigned([FakeConsumer.beginning(0)])), .event(.revoked([0]))] }
    let clock = consumer.clock
    var fetching = Fetching(lonely.sink, consumer, Intake(clock)) { clock.now }
    for _ in 0..<3 { fetching.serve() }
    let state = consumer.state.withLock { (served: $0.served, pauses: $0.pauses) }
    #expect(state.served == 3)
    #expect(state.pauses.allSatisfy { $0 })
    #expect(lonely.sink.tally.ledger.withLock { $0.partitions.count } == 1)
  }
}
