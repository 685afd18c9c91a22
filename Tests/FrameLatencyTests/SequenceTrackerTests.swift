import FrameLatency
import Testing

@Suite struct SequenceTrackerTests {
  private func at(_ offset: Int) -> FramePassage {
    FramePassage(partition: 0, offset: Int64(offset), generation: 0)
  }

  /// Says the same with a set of all that was seen.
  private struct Oracle {
    var seen: Set<Int> = []
    var count: Int?

    mutating func observe(_ sequence: Int) -> SequenceTracker.Observation {
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
    var tracker = SequenceTracker()
    var oracle = Oracle()
    for index in 0...stream.count {
      if index == endAt {
        tracker.end(count: said, at: at(index))
        oracle.count = said
      }
      if index < stream.count {
        #expect(tracker.observe(sequence: stream[index], at: at(index)) == oracle.observe(stream[index]))
      }
      #expect(tracker.unseen == oracle.unseen)
      #expect(tracker.received == oracle.seen.count)
      #expect(
        tracker.holes.allSatisfy { ($0.previous?.offset ?? -1) < $0.next.offset && !$0.numbers.isEmpty })
    }
    #expect(tracker.received + tracker.duplicate == stream.count)
    #expect(tracker.isComplete == (oracle.unseen == 0))
  }

  @Test func completeOnlyAtTheEnd() {
    var tracker = SequenceTracker()
    for sequence in 0..<3 { #expect(tracker.observe(sequence: sequence, at: at(0)) == .new) }
    #expect(!tracker.isComplete)
    tracker.end(count: 3, at: at(0))
    #expect(tracker.ended && tracker.isComplete)
  }

  @Test func lostTailIsUnseen() {
    var tracker = SequenceTracker()
    _ = tracker.observe(sequence: 0, at: at(7))
    tracker.end(count: 10, at: at(9))
    #expect(tracker.unseen == 9)
    #expect(!tracker.isComplete)
    tracker.end(count: 10, at: at(10))
    #expect(tracker.unseen == 9)
    #expect(tracker.holes.map(\.previous) == [at(7)] && tracker.holes.map(\.next) == [at(9)])
  }

  /// Both parts of a hole into which a late frame falls still know where the hole lay.
  @Test func partsOfAHoleKeepItsPlaces() {
    var tracker = SequenceTracker()
    for (sequence, place) in [(0, 10), (9, 20), (5, 30)] {
      _ = tracker.observe(sequence: sequence, at: at(place))
    }
    #expect(tracker.holes.map(\.numbers) == [1..<5, 6..<9])
    #expect(tracker.holes.allSatisfy { $0.previous == at(10) && $0.next == at(20) })
    #expect(tracker.last == at(20) && tracker.reordered == 1)
  }

  @Test func emptyRuns() {
    var whole = SequenceTracker()
    whole.end(count: 0, at: at(0))
    #expect(whole.isComplete)
    var lost = SequenceTracker()
    lost.end(count: 5, at: at(3))
    #expect(lost.unseen == 5 && lost.holes.map(\.previous) == [nil])
  }

  @Test func hostileNumbers() {
    var tracker = SequenceTracker()
    #expect(tracker.observe(sequence: .max, at: at(0)) == .new)
    #expect(tracker.unseen == .max)
    #expect(tracker.observe(sequence: .max, at: at(0)) == .duplicate)
    #expect(tracker.observe(sequence: .min, at: at(0)) == .duplicate)
    #expect(tracker.observe(sequence: -1, at: at(0)) == .duplicate)
    #expect(tracker.observe(sequence: .max - 1, at: at(0)) == .reordered)
    #expect(tracker.observe(sequence: 0, at: at(0)) == .reordered)
    #expect(tracker.unseen == .max - 2)
    tracker.end(count: .max, at: at(0))
    tracker.end(count: .min, at: at(0))
    tracker.end(count: 3, at: at(0))
    #expect(tracker.unseen == .max - 2)
  }

  @Test func manyHolesStayBoundedAndUnseen() {
    var tracker = SequenceTracker()
    let frames = 250_000
    for index in 0..<frames { _ = tracker.observe(sequence: index * 2 + 1, at: at(index)) }
    #expect(tracker.unseen == frames)
    // The oldest hole was given up, the youngest is open.
    #expect(tracker.observe(sequence: 0, at: at(0)) == .duplicate)
    #expect(tracker.observe(sequence: frames * 2 - 2, at: at(0)) == .reordered)
    #expect(tracker.unseen == frames - 1)
    tracker.end(count: frames * 2, at: at(0))
    #expect(tracker.unseen == frames - 1)
  }
}
