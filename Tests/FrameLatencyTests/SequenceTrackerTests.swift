import FrameLatency
import Testing

@Suite struct SequenceTrackerTests {
  /// Says the same with a set of all that was seen.
  private struct Oracle {
    let startsMidRun: Bool
    var seen: Set<Int> = []
    var first: Int?
    var count: Int?

    mutating func observe(_ sequence: Int) -> SequenceTracker.Observation {
      let highest = seen.max() ?? -1
      guard seen.insert(sequence).inserted else { return .duplicate }
      if first == nil { first = sequence }
      return sequence < highest ? .reordered : .new
    }

    var missing: Int {
      let end = count ?? seen.max() ?? 0
      let start = startsMidRun ? first ?? end : 0
      return start < end ? (start..<end).count { !seen.contains($0) } : 0
    }
  }

  @Test(arguments: 0..<200)
  func matchesTheOracle(seed: Int) {
    var random = LatencyRecorderTests.Random(state: UInt64(seed))
    let midRun = seed % 2 == 1
    let count = Int.random(in: 1...60, using: &random)
    let start = midRun ? Int.random(in: 0..<count, using: &random) : 0
    var stream = (start..<count).filter { _ in Int.random(in: 0..<10, using: &random) != 0 }
    for _ in 0..<Int.random(in: 0..<8, using: &random) where !stream.isEmpty {
      stream.insert(stream.randomElement(using: &random)!, at: .random(in: 0...stream.count, using: &random))
      let index = Int.random(in: 0..<stream.count, using: &random)
      stream.swapAt(index, Int.random(in: max(0, index - 4)...index, using: &random))
    }
    let endAt = seed % 3 == 0 ? Int.random(in: 0...stream.count, using: &random) : stream.count

    var tracker = SequenceTracker(startsMidRun: midRun)
    var oracle = Oracle(startsMidRun: midRun)
    for index in 0...stream.count {
      if index == endAt {
        tracker.end(count: count)
        oracle.count = count
      }
      if index < stream.count {
        #expect(tracker.observe(sequence: stream[index]) == oracle.observe(stream[index]))
      }
      #expect(tracker.missing == oracle.missing)
      #expect(tracker.received == oracle.seen.count)
    }
    #expect(tracker.received + tracker.duplicate == stream.count)
    #expect(tracker.isComplete == (oracle.missing == 0))
  }

  @Test func completeOnlyAtTheEnd() {
    var tracker = SequenceTracker(startsMidRun: false)
    for sequence in 0..<3 { #expect(tracker.observe(sequence: sequence) == .new) }
    #expect(!tracker.isComplete)
    tracker.end(count: 3)
    #expect(tracker.ended && tracker.isComplete)
  }

  @Test func lostTailIsMissing() {
    var tracker = SequenceTracker(startsMidRun: false)
    _ = tracker.observe(sequence: 0)
    tracker.end(count: 10)
    #expect(tracker.missing == 9)
    #expect(!tracker.isComplete)
    tracker.end(count: 10)
    #expect(tracker.missing == 9)
  }

  @Test func emptyRuns() {
    var whole = SequenceTracker(startsMidRun: false)
    whole.end(count: 0)
    #expect(whole.isComplete)
    var lost = SequenceTracker(startsMidRun: false)
    lost.end(count: 5)
    #expect(lost.missing == 5)
    var late = SequenceTracker(startsMidRun: true)
    late.end(count: 5)
    #expect(late.missing == 0)
  }

  @Test func hostileNumbers() {
    var tracker = SequenceTracker(startsMidRun: false)
    #expect(tracker.observe(sequence: .max) == .new)
    #expect(tracker.missing == .max)
    #expect(tracker.observe(sequence: .max) == .duplicate)
    #expect(tracker.observe(sequence: .min) == .duplicate)
    #expect(tracker.observe(sequence: -1) == .duplicate)
    #expect(tracker.observe(sequence: .max - 1) == .reordered)
    #expect(tracker.observe(sequence: 0) == .reordered)
    #expect(tracker.missing == .max - 2)
    tracker.end(count: .max)
    #expect(tracker.missing == .max - 2)
    tracker.end(count: .min)
    #expect(tracker.missing == 0)
    tracker.end(count: 3)
    #expect(tracker.missing == 2)
  }

  @Test func manyHolesStayBoundedAndMissing() {
    var tracker = SequenceTracker(startsMidRun: false)
    let frames = 250_000
    for index in 0..<frames { _ = tracker.observe(sequence: index * 2 + 1) }
    #expect(tracker.missing == frames)
    // The oldest hole was given up, the youngest is open.
    #expect(tracker.observe(sequence: 0) == .duplicate)
    #expect(tracker.observe(sequence: frames * 2 - 2) == .reordered)
    #expect(tracker.missing == frames - 1)
    tracker.end(count: frames * 2)
    #expect(tracker.missing == frames - 1)
  }
}
