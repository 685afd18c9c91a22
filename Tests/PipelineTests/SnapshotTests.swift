import Foundation
import FrameCore
import FrameLatency
import FrameModels
import FrameTensors
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// What is said of a run while it goes on.
@Suite struct SnapshotTests {
  private static let second: Int64 = 1_000_000_000

  /// Frames of one feed that were answered after so many ms.
  private func answer(_ tally: SinkTally, _ feed: String, _ count: Int, ms: Int) {
    for _ in 0..<count {
      tally.received.add()
      tally.payloadBytes.add(100_000)
      tally.feeds.received(feed, at: FrameClock.now())
      tally.inferred.add()
      tally.feeds.inferred(feed, latency: Int64(ms) * 1_000_000)
      tally.latency.record(.endToEnd, nanoseconds: Int64(ms) * 1_000_000)
    }
  }

  @Test func theLastWindowStandsBesideTheWhole() throws {
    let lonely = try LonelySink { $0.frames = 1000 }
    let tally = lonely.sink.tally
    tally.first.set(Int(FrameClock.monotonic() - 60 * Self.second))
    // Windows of a time that is yet to come, so that looking ends none.
    let start = FrameClock.monotonic() + 1000 * Self.second
    tally.rotate(at: start)
    answer(tally, "gate", 300, ms: 5)
    answer(tally, "dock", 1, ms: 7)
    #expect(tally.latency.windowSeconds == nil)
    tally.rotate(at: start + 50 * Self.second)
    tally.rotate(at: start + 59 * Self.second)
    answer(tally, "gate", 50, ms: 400)
    let snapshot = lonely.sink.snapshot()
    #expect(snapshot.command == "sink" && snapshot.done == 351 && snapshot.total == 1000)
    #expect(snapshot.frames.received == 351 && snapshot.frames.droppedStale == nil)
    #expect(abs(snapshot.seconds - 60) < 30 && snapshot.rate.fps > 0)
    let window = try #require(snapshot.window)
    #expect(window.seconds == 50 && window.rate.fps == 301.0 / 50)
    #expect(abs(window.rate.megabytesPerSecond - 30.1 / 50) < 1e-9)
    #expect(window.stages["endToEnd"].map { $0.count == 301 && abs($0.p50 - 5) < 0.16 } == true)
    #expect(window.stages["decode"] == nil)
    #expect(snapshot.stages["endToEnd"].map { $0.p99 > 399 } == true)
    let feeds = try #require(snapshot.feeds)
    #expect(feeds.map(\.feed) == ["dock", "gate"] && feeds.map(\.inferred) == [1, 350])
    #expect(feeds[0].endToEnd?.p50 == 7 && feeds[1].endToEnd?.count == 300)
    #expect(feeds.allSatisfy { ($0.ageMs ?? -1) >= 0 })
    let json = try JSONEncoder().encode(snapshot)
    let back = try JSONDecoder().decode(FeedSnapshot.self, from: json)
    #expect(try JSONEncoder().encode(back).count == json.count && back.done == 351)
  }

  /// The loops that wait end the windows, whoever looks.
  @Test func theFetchingEndsWindows() throws {
    let lonely = try LonelySink { $0.idleTimeout = 35 }
    let tally = lonely.sink.tally
    let consumer = FakeConsumer([.event(.assigned([FakeConsumer.beginning(0)]))])
    let clock = consumer.clock
    let intake = EveryFrameIntake(
      frames: nil,
      RecordAccounting(
        lonely.sink.options, tally, Rejections(lonely.sink.options, tally, lonely.sink.failure, letters: nil)),
      BatchLine(TensorPool(spec: lonely.sink.options.model.input, batches: 3), decoders: 1),
      AnsweredRecords(consumer: consumer, failure: lonely.sink.failure))
    var fetching = Fetching(lonely.sink, consumer, intake) { clock.now }
    #expect(fetching.run() == .idle)
    // They begin with the first frame.
    #expect(tally.latency.windowSeconds == nil)
    tally.first.set(1)
    fetching = Fetching(lonely.sink, consumer, intake) { clock.now }
    #expect(fetching.run() == .idle)
    #expect(tally.latency.windowSeconds == 10)
    #expect(tally.windowRates.last == RunReport.Rate(fps: 0, megabytesPerSecond: 0))
  }

  @Test func whatIsWaitedForIsInTheSnapshot() throws {
    let lonely = try LonelySink {
      $0.untilEnd = true
      $0.idleTimeout = 40
    }
    let said = Lock<[String?]>([])
    let isSent = Lock(false)
    let clock = ManualClock()
    let start = clock.now
    let sink = lonely.sink
    let consumer = FakeConsumer(
      [.event(.assigned([FakeConsumer.beginning(0)])), .end(0)], clock: clock
    ) { consumer in
      let second = (clock.now - start) / Self.second
      consumer.change { state in
        state.handedOut = []
        state.standstill = second < 10 ? .leaderless([0]) : nil
        let isDue = isSent.withLock { isSent in
          defer { isSent = isSent || second >= 10 }
          return second >= 10 && !isSent
        }
        if isDue { state.steps = [.garbage(partition: 0, offset: 4), .end(0)] }
      }
      let word = sink.tally.waitingFor.withLock { $0 }
      said.withLock { said in if said.last != .some(word) { said.append(word) } }
    }
    let rejections = Rejections(sink.options, sink.tally, sink.failure, letters: nil)
    let intake = EveryFrameIntake(
      frames: nil, RecordAccounting(sink.options, sink.tally, rejections),
      BatchLine(TensorPool(spec: sink.options.model.input, batches: 3), decoders: 1),
      AnsweredRecords(consumer: consumer, failure: sink.failure))
    sink.tally.ledger.withLock { ledger in
      ledger.assigned([FakeConsumer.beginning(0)], of: 1)
      _ = ledger.noteFrame(
        FrameIdentity(feed: "a", run: "r", sequence: 0), SampleFrame.place(0), isAgain: false)
    }
    var fetching = Fetching(sink, consumer, intake) { clock.now }
    #expect(fetching.run() == .idle)
    let words = said.withLock { $0 }
    #expect(
      words.first == .some(nil)
        && words.contains { $0?.contains("partition 0 of frames has no leader") == true },
      "\(words)")
    // News end the wait, until there are none again.
    #expect(words.last == "waiting for the end of run r of feed a, last frame 0", "\(words)")
    #expect(words.dropFirst().contains(nil), "\(words)")
  }
}
