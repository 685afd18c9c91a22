import KafkaTransport
import Testing

@testable import FrameFeed

@Suite struct LatestFramesTests {
  private func age(
    _ sequence: Int?, run: String = "r", at scheduled: Int64 = 0, _ partition: Int32 = 0, _ offset: Int64 = 0
  ) -> LatestFrames.Age {
    LatestFrames.Age(
      run: run, sequence: sequence, scheduled: scheduled,
      place: RecordPlace(partition: partition, offset: offset, assignment: 1, generation: 0))
  }

  private func frames(batch: Int = 1, capacity: Int = 100, bytes: Int = 1000) -> LatestFrames {
    LatestFrames(batch: batch, capacity: capacity, bytes: bytes)
  }

  @Test func theNewestOfAFeedWaits() {
    var frames = frames()
    #expect(frames.offer(1, feed: "a", age(5), bytes: 1) == .waits(dropping: nil))
    #expect(frames.offer(2, feed: "a", age(7), bytes: 1) == .waits(dropping: 1))
    // By number, not by arrival: another partition brings older ones later.
    #expect(frames.offer(3, feed: "a", age(6), bytes: 1) == .dropped)
    #expect(frames.serve() == 2)
    // Nor does a feed go backward behind what was handed out.
    frames.batchStarted(1)
    frames.batchAnswered()
    #expect(frames.offer(4, feed: "a", age(6), bytes: 1) == .dropped)
    #expect(frames.offer(5, feed: "a", age(8), bytes: 1) == .waits(dropping: nil))
  }

  @Test func ofTwoRunsTheOneThatBeganLastIsNewer() {
    var frames = frames()
    #expect(frames.offer(1, feed: "a", age(900, run: "old", at: 100, 0), bytes: 1) == .waits(dropping: nil))
    #expect(frames.offer(2, feed: "a", age(0, run: "new", at: 200, 1), bytes: 1) == .waits(dropping: 1))
    #expect(frames.offer(3, feed: "a", age(901, run: "old", at: 150, 2), bytes: 1) == .dropped)
    // Frames of other tools have times alone.
    #expect(frames.offer(4, feed: "b", age(nil, run: "", at: 5, 0), bytes: 1) == .waits(dropping: nil))
    #expect(frames.offer(5, feed: "b", age(nil, run: "", at: 5, 1), bytes: 1) == .waits(dropping: 4))
    #expect(frames.offer(6, feed: "b", age(nil, run: "", at: 4, 0), bytes: 1) == .dropped)
  }

  /// A source that starts again with its clock an hour back: the log says what came last.
  @Test func withinAPartitionTheOrderOfSendingCounts() {
    var frames = frames()
    #expect(
      frames.offer(1, feed: "a", age(900, run: "old", at: 5000, 0, 7), bytes: 1) == .waits(dropping: nil))
    #expect(frames.offer(2, feed: "a", age(0, run: "new", at: 1000, 0, 8), bytes: 1) == .waits(dropping: 1))
    #expect(frames.serve() == 2)
    #expect(frames.offer(3, feed: "a", age(1, run: "new", at: 1033, 0, 9), bytes: 1) == .waits(dropping: nil))
  }

  /// Any number of feeds, each of which brings a frame as often as it likes.
  @Test func theFeedThatWaitedLongestIsServedFirst() {
    var frames = frames()
    var served = [Int](repeating: 0, count: 100)
    var number = 0
    var feedOf: [Int: Int] = [:]
    for round in 0..<300 {
      for feed in 0..<100 {
        number += 1
        feedOf[number] = feed
        _ = frames.offer(number, feed: "f\(feed)", age(round), bytes: 1)
      }
      let frame = frames.serve()
      served[feedOf[frame ?? 0] ?? 0] += 1
      frames.batchStarted(1)
      frames.batchAnswered()
    }
    #expect(served == [Int](repeating: 3, count: 100))
  }

  @Test func whatIsFullTakesNoFurtherFeed() {
    var frames = frames(capacity: 2)
    #expect(frames.offer(1, feed: "a", age(0), bytes: 1) == .waits(dropping: nil))
    #expect(frames.offer(2, feed: "b", age(0), bytes: 1) == .waits(dropping: nil))
    #expect(frames.offer(3, feed: "c", age(0), bytes: 1) == .full)
    #expect(frames.offer(4, feed: "b", age(1), bytes: 1) == .waits(dropping: 2))
    #expect(frames.serve() == 1)
    #expect(frames.offer(3, feed: "c", age(0), bytes: 1) == .waits(dropping: nil))
    var bytes = self.frames(bytes: 10)
    // A single one always gets in.
    #expect(bytes.offer(1, feed: "a", age(0), bytes: 50) == .waits(dropping: nil))
    #expect(bytes.offer(2, feed: "b", age(0), bytes: 1) == .full)
    #expect(bytes.offer(3, feed: "a", age(1), bytes: 2) == .waits(dropping: 1))
    #expect(bytes.offer(2, feed: "b", age(0), bytes: 8) == .waits(dropping: nil))
  }

  /// Nothing is handed out while the model works: it would be an inference older when it is looked at.
  @Test func nothingIsServedWhileTheModelWorks() {
    var frames = frames(batch: 3)
    for feed in 0..<5 { _ = frames.offer(feed, feed: "f\(feed)", age(0), bytes: 1) }
    #expect(frames.serve() == 0 && frames.serve() == 1)
    frames.batchStarted(2)
    #expect(!frames.canServe && frames.serve() == nil)
    frames.batchAnswered()
    #expect(frames.serve() == 2 && frames.serve() == 3 && frames.serve() == 4)
    #expect(frames.serve() == nil)
    // Too old to be worth it: its slot is free again.
    frames.cancelServed()
    #expect(frames.offer(9, feed: "f9", age(0), bytes: 1) == .waits(dropping: nil))
    #expect(frames.serve() == 9)
  }

  /// A model that takes two batches at a time gets a second beside the first, and no third.
  @Test func severalBatchesAreWithTheModel() {
    var frames = LatestFrames(batch: 2, inFlight: 2, capacity: 100, bytes: 1000)
    for feed in 0..<9 { _ = frames.offer(feed, feed: "f\(feed)", age(0), bytes: 1) }
    #expect(frames.serve() == 0 && frames.serve() == 1 && frames.serve() == nil)
    frames.batchStarted(2)
    #expect(frames.serve() == 2)
    frames.batchStarted(1)
    #expect(!frames.canServe)
    frames.batchAnswered()
    #expect(frames.serve() == 3 && frames.serve() == 4 && frames.serve() == nil)
  }

  /// Feed names are hostile input.
  @Test func manyFeedsAreForgottenInTime() {
    var frames = frames()
    for number in 0..<(LatestFrames.maximumServed * 2) {
      #expect(frames.offer(number, feed: "f\(number)", age(0), bytes: 1) == .waits(dropping: nil))
      #expect(frames.serve() == number)
      frames.batchStarted(1)
      frames.batchAnswered()
    }
    // The last ones are remembered.
    #expect(frames.offer(-1, feed: "f\(LatestFrames.maximumServed * 2 - 1)", age(0), bytes: 1) == .dropped)
  }
}
