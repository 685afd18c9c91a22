import FrameLatency
import Testing

@Suite struct SequenceTrackerTests {
  /// Says the same with a set of all that was seen.
  private struct Oracle {
    var seen: Set<Int> = []
    var count: Int?

    mutating func observe(_ sequence: Int) -> SequenceTracker<Int>.Observation {
      let highest = seen.max() ?? -1
      guard seen.insert(sequence).inserted else { return .duplicate }
      return sequence < highest ? .reordered : .new
    }

    var unseen: Int {
      (0..<max(count ?? 0, (seen.max() ?? -1) + 1)).count { !seen.contains($0) }
    }
  }

  @Test(arguments: 0..<200)
  func matchesTheOracle(seed: Int) {
    var random = LatencyRecorderTests.Random(state: UInt64(seed))
    let count = Int.random(in: 1...60, using: &random)
    let start = seed % 2 == 1 ? Int.random(in: 0..<count, using: &random) : 0
    var stream = (start..<count).filter { _ in Int.random(in: 0..<10, using: &random) != 0 }
    for _ in 0..<Int.random(in: 0..<8, using: &random) where !stream.isEmpty {
      stream.insert(stream.randomElement(using: &random)!, at: .random(in: 0...stream.count, using: &random))
      let index = Int.random(in: 0..<stream.count, using: &random)
      stream.swapAt(index, Int.random(in: max(0, index - 4)...index, using: &random))
    }
    let endAt = seed % 3 == 0 ? Int.random(in: 0...stream.count, using: &random) : stream.count

    // Also one that is too small: frames that were seen prove more.
    let said = seed % 5 == 0 ? Int.random(in: 0...count, using: &random) : count
    var tracker = SequenceTracker<Int>()
    var oracle = Oracle()
    for index in 0...stream.count {
      if index == endAt {
        tracker.end(count: said, at: index)
        oracle.count = said
      }
      if index < stream.count {
        #expect(tracker.observe(sequence: stream[index], at: index) == oracle.observe(stream[index]))
      }
      #expect(tracker.unseen == oracle.unseen)
      #expect(tracker.received == oracle.seen.count)
      #expect(tracker.holes.allSatisfy { ($0.after ?? -1) < $0.before && !$0.numbers.isEmpty })
    }
    #expect(tracker.received + tracker.duplicate == stream.count)
    #expect(tracker.isComplete == (oracle.unseen == 0))
  }

  @Test func completeOnlyAtTheEnd() {
    var tracker = SequenceTracker<Int>()
    for sequence in 0..<3 { #expect(tracker.observe(sequence: sequence, at: 0) == .new) }
    #expect(!tracker.isComplete)
    tracker.end(count: 3, at: 0)
    #expect(tracker.ended && tracker.isComplete)
  }

  @Test func lostTailIsUnseen() {
    var tracker = SequenceTracker<Int>()
    _ = tracker.observe(sequence: 0, at: 7)
    tracker.end(count: 10, at: 9)
    #expect(tracker.unseen == 9)
    #expect(!tracker.isComplete)
    tracker.end(count: 10, at: 10)
    #expect(tracker.unseen == 9)
    #expect(tracker.holes.map(\.after) == [7] && tracker.holes.map(\.before) == [9])
  }

  /// Both parts of a hole into which a late frame falls still know where the hole lay.
  @Test func partsOfAHoleKeepItsPlaces() {
    var tracker = SequenceTracker<Int>()
    for (sequence, place) in [(0, 10), (9, 20), (5, 30)] {
      _ = tracker.observe(sequence: sequence, at: place)
    }
    #expect(tracker.holes.map(\.numbers) == [1..<5, 6..<9])
    #expect(tracker.holes.allSatisfy { $0.after == 10 && $0.before == 20 })
    #expect(tracker.last == 20 && tracker.reordered == 1)
  }

  @Test func emptyRuns() {
    var whole = SequenceTracker<Int>()
    whole.end(count: 0, at: 0)
    #expect(whole.isComplete)
    var lost = SequenceTracker<Int>()
    lost.end(count: 5, at: 3)
    #expect(lost.unseen == 5 && lost.holes.map(\.after) == [nil])
  }

  @Test func hostileNumbers() {
    var tracker = SequenceTracker<Int>()
    #expect(tracker.observe(sequence: .max, at: 0) == .new)
    #expect(tracker.unseen == .max)
    #expect(tracker.observe(sequence: .max, at: 0) == .duplicate)
    #expect(tracker.observe(sequence: .min, at: 0) == .duplicate)
    #expect(tracker.observe(sequence: -1, at: 0) == .duplicate)
    #expect(tracker.observe(sequence: .max - 1, at: 0) == .reordered)
    #expect(tracker.observe(sequence: 0, at: 0) == .reordered)
    #expect(tracker.unseen == .max - 2)
    tracker.end(count: .max, at: 0)
    tracker.end(count: .min, at: 0)
    tracker.end(count: 3, at: 0)
    #expect(tracker.unseen == .max - 2)
  }

  @Test func manyHolesStayBoundedAndUnseen() {
    var tracker = SequenceTracker<Int>()
    let frames = 250_000
    for index in 0..<frames { _ = tracker.observe(sequence: index * 2 + 1, at: index) }
    #expect(tracker.unseen == frames)
    // The oldest hole was given up, the youngest is open.
    #expect(tracker.observe(sequence: 0, at: 0) == .duplicate)
    #expect(tracker.observe(sequence: frames * 2 - 2, at: 0) == .reordered)
    #expect(tracker.unseen == frames - 1)
    tracker.end(count: frames * 2, at: 0)
    #expect(tracker.unseen == frames - 1)
  }
}
