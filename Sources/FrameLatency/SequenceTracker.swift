/// Where a frame lay in its topic. Offsets before and after a topic was made anew have nothing in common.
public struct FramePassage: Sendable, Equatable {
  public var partition: Int32
  public var offset: Int64
  /// How often the topic had been made anew.
  public var life: Int

  public init(partition: Int32, offset: Int64, life: Int) {
    self.partition = partition
    self.offset = offset
    self.life = life
  }
}

/// Proves that a run arrived complete, or tells what is missing, from sequence numbers alone.
///
/// Remembers the holes, not the frames: a run without loss costs no memory however long it is. Each hole knows between
/// which two passages it lies, so that what is known of their places can tell why. Sequence numbers are hostile input;
/// any `Int` is safe.
public struct SequenceTracker: Sendable {
  /// Where a frame passed.
  public typealias Passage = FramePassage

  /// What one arrival was.
  public enum Observation: Sendable, Equatable {
    case new
    /// Seen before. Also a negative number, which no frame can have.
    case duplicate
    /// New, but after a later one.
    case reordered
  }

  /// Numbers that were not seen.
  public struct Hole: Sendable {
    public fileprivate(set) var numbers: Range<Int>
    /// What came before the hole and behind it, in order of arrival; nothing before a run's first frame.
    public let after: Passage?
    public let before: Passage
  }

  /// Most holes kept apart. Beyond it the oldest are missing for good: a frame that still arrives for one of
  /// them counts as a duplicate.
  static let maximumHoles = 100_000

  /// Ascending and disjoint.
  public private(set) var holes: [Hole] = []
  /// Every number below is seen, in a hole, or given up. Unsigned, as it may be one past `Int.max`.
  public private(set) var covered: UInt = 0
  /// The highest number seen, and where that frame passed.
  public private(set) var highestSeen: Int?
  public private(set) var last: Passage?
  /// Numbers of holes that are no longer kept.
  public private(set) var givenUp = 0

  /// Frames seen, each once.
  public private(set) var received = 0
  /// Arrivals of frames seen before.
  public private(set) var duplicate = 0
  /// Frames that came after a later one.
  public private(set) var reordered = 0
  /// Whether the record that ends the run was seen.
  public private(set) var ended = false

  public init() {}

  /// Goes on with a run that was complete: every number below was seen, and counted, by another tracker.
  public init(seenBelow covered: UInt) {
    self.covered = covered
    ended = true
  }

  /// Whether the run is over and every frame of it was seen.
  public var isComplete: Bool { ended && holes.isEmpty && givenUp == 0 }

  /// Frames that were not seen, as far as known.
  public var unseen: Int {
    holes.reduce(givenUp) { total, hole in
      let (sum, overflow) = total.addingReportingOverflow(hole.numbers.count)
      return overflow ? .max : sum
    }
  }

  /// Takes note of one frame.
  public mutating func observe(sequence: Int, at passage: Passage) -> Observation {
    guard sequence >= 0, claim(sequence, passage) else {
      duplicate += 1
      return .duplicate
    }
    received += 1
    guard let highest = highestSeen, sequence < highest else {
      highestSeen = sequence
      last = passage
      return .new
    }
    reordered += 1
    return .reordered
  }

  /// Takes note of the record that ends the run.
  /// - Parameter count: frames sent in the run. Frames that were seen beyond it prove it wrong.
  public mutating func end(count: Int, at passage: Passage) {
    ended = true
    if UInt(max(count, 0)) > covered { open(Int(covered)..<count, passage) }
  }

  /// Marks a number as seen. Returns `false` if it was seen before (or given up).
  private mutating func claim(_ sequence: Int, _ passage: Passage) -> Bool {
    if UInt(sequence) >= covered {
      if UInt(sequence) > covered { open(Int(covered)..<sequence, passage) }
      covered = UInt(sequence) + 1
      return true
    }
    guard let index = holeIndex(of: sequence) else { return false }
    let hole = holes[index].numbers
    switch (hole.lowerBound < sequence, sequence + 1 < hole.upperBound) {
    case (false, false): holes.remove(at: index)
    case (true, false): holes[index].numbers = hole.lowerBound..<sequence
    case (false, true): holes[index].numbers = sequence + 1..<hole.upperBound
    case (true, true):
      var rest = holes[index]
      rest.numbers = sequence + 1..<hole.upperBound
      holes[index].numbers = hole.lowerBound..<sequence
      holes.insert(rest, at: index + 1)
      giveUpOldest()
    }
    return true
  }

  private mutating func open(_ numbers: Range<Int>, _ passage: Passage) {
    holes.append(Hole(numbers: numbers, after: last, before: passage))
    covered = UInt(numbers.upperBound)
    giveUpOldest()
  }

  /// Keeps the memory bounded. Gives up a sixteenth at a time, so that moving the rest down is rare.
  private mutating func giveUpOldest() {
    guard holes.count > Self.maximumHoles else { return }
    let batch = Self.maximumHoles / 16
    for hole in holes.prefix(batch) {
      let (sum, overflow) = givenUp.addingReportingOverflow(hole.numbers.count)
      givenUp = overflow ? .max : sum
    }
    holes.removeFirst(batch)
  }

  /// The hole that a number lies in, by binary search.
  private func holeIndex(of sequence: Int) -> Int? {
    var low = 0
    var high = holes.count
    while low < high {
      let middle = low + (high - low) / 2
      if holes[middle].numbers.upperBound <= sequence { low = middle + 1 } else { high = middle }
    }
    return low < holes.count && holes[low].numbers.lowerBound <= sequence ? low : nil
  }
}
