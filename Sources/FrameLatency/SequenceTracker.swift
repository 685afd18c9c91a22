/// Proves that a run arrived complete, or counts what is missing, from sequence numbers alone.
///
/// Remembers the holes, not the frames: a run without loss costs no memory however long it is. Sequence
/// numbers are hostile input; any `Int` is safe.
public struct SequenceTracker: Sendable {
  /// What one arrival was.
  public enum Observation: Sendable, Equatable {
    case new
    /// Seen before. Also a negative number, which no frame can have.
    case duplicate
    /// New, but after a later one.
    case reordered
  }

  /// Most holes kept apart. Beyond it the oldest are missing for good: a frame that still arrives for one of
  /// them counts as a duplicate.
  static let maximumGaps = 100_000

  private let startsMidRun: Bool
  /// Numbers below `covered` that were not seen, ascending and disjoint.
  private var gaps: [Range<Int>] = []
  /// Every number below is seen, in `gaps`, or given up. Unsigned, as it may be one past `Int.max`.
  private var covered: UInt = 0
  /// The highest number seen.
  public private(set) var highestSeen: Int?
  /// Holes below this are not missing: another consumer had those frames.
  private var floor = 0
  /// Holes from here on are not missing: the run ended before.
  private var limit = Int.max
  private var openMissing = 0
  private var givenUp = 0

  /// Frames seen, each once.
  public private(set) var received = 0
  /// Arrivals of frames seen before.
  public private(set) var duplicate = 0
  /// Frames that came after a later one.
  public private(set) var reordered = 0
  /// Whether the record that ends the run was seen.
  public private(set) var ended = false

  /// - Parameter startsMidRun: whether reading began at an offset other than the start of the run, so that
  ///   the frames before the first one seen are not missing.
  public init(startsMidRun: Bool) {
    self.startsMidRun = startsMidRun
  }

  /// Frames that should have been seen and were not, as far as known.
  public var missing: Int { openMissing + givenUp }

  /// Whether the run is over and nothing of it is missing.
  public var isComplete: Bool { ended && missing == 0 }

  /// Takes note of one frame.
  public mutating func observe(sequence: Int) -> Observation {
    guard sequence >= 0, claim(sequence) else {
      duplicate += 1
      return .duplicate
    }
    if highestSeen == nil, startsMidRun {
      floor = sequence
      recount()
    }
    received += 1
    guard let highest = highestSeen, sequence < highest else {
      highestSeen = sequence
      return .new
    }
    reordered += 1
    return .reordered
  }

  /// Takes note of the record that ends the run.
  /// - Parameter count: frames sent in the run.
  public mutating func end(count: Int) {
    let count = max(count, 0)
    ended = true
    limit = count
    if UInt(count) > covered {
      gaps.append(Int(covered)..<count)
      covered = UInt(count)
    }
    // Nothing of the run was seen: all of it was another consumer's.
    if highestSeen == nil, startsMidRun { floor = count }
    recount()
  }

  /// Marks a number as seen. Returns `false` if it was seen before (or given up).
  private mutating func claim(_ sequence: Int) -> Bool {
    if UInt(sequence) >= covered {
      if UInt(sequence) > covered { open(Int(covered)..<sequence) }
      covered = UInt(sequence) + 1
      return true
    }
    guard let index = gapIndex(of: sequence) else { return false }
    let gap = gaps[index]
    openMissing -= missingCount(sequence..<sequence + 1)
    switch (gap.lowerBound < sequence, sequence + 1 < gap.upperBound) {
    case (false, false): gaps.remove(at: index)
    case (true, false): gaps[index] = gap.lowerBound..<sequence
    case (false, true): gaps[index] = sequence + 1..<gap.upperBound
    case (true, true):
      gaps[index] = gap.lowerBound..<sequence
      gaps.insert(sequence + 1..<gap.upperBound, at: index + 1)
      giveUpOldest()
    }
    return true
  }

  private mutating func open(_ gap: Range<Int>) {
    gaps.append(gap)
    openMissing += missingCount(gap)
    giveUpOldest()
  }

  /// Keeps the memory bounded. Gives up a sixteenth at a time, so that moving the rest down is rare.
  private mutating func giveUpOldest() {
    guard gaps.count > Self.maximumGaps else { return }
    let batch = Self.maximumGaps / 16
    let lost = gaps.prefix(batch).reduce(0) { $0 + missingCount($1) }
    openMissing -= lost
    givenUp += lost
    gaps.removeFirst(batch)
  }

  /// How many numbers of a hole are missing.
  private func missingCount(_ gap: Range<Int>) -> Int {
    max(0, min(gap.upperBound, limit) - max(gap.lowerBound, floor))
  }

  private mutating func recount() {
    openMissing = gaps.reduce(0) { $0 + missingCount($1) }
  }

  /// The hole that a number lies in, by binary search.
  private func gapIndex(of sequence: Int) -> Int? {
    var low = 0
    var high = gaps.count
    while low < high {
      let middle = low + (high - low) / 2
      if gaps[middle].upperBound <= sequence { low = middle + 1 } else { high = middle }
    }
    return low < gaps.count && gaps[low].lowerBound <= sequence ? low : nil
  }
}
