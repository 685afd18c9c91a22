/// The position of a frame's record. Offsets before and after a topic was created anew are unrelated.
public struct FramePassage: Sendable, Equatable {
  public var partition: Int32
  public var offset: Int64
  /// How often the topic had been created anew.
  public var generation: Int

  public init(partition: Int32, offset: Int64, generation: Int) {
    self.partition = partition
    self.offset = offset
    self.generation = generation
  }
}

/// Determines from sequence numbers whether a run arrived completely, and which frames are missing.
///
/// Stores the holes, not the frames: a run without loss needs no memory, however long it is. Each hole has the
/// positions of the two frames around it, from which the reason can be determined. Sequence numbers are hostile input;
/// any `Int` is safe.
public struct SequenceTracker: Sendable {
  /// The position of a frame's record.
  public typealias Passage = FramePassage

  /// The result of one arrival.
  public enum Observation: Sendable, Equatable {
    case new
    /// Seen before; also a negative number, which no frame can have.
    case duplicate
    /// New, but received after a later one.
    case reordered
  }

  /// A range of numbers that were not seen.
  public struct Hole: Sendable {
    public fileprivate(set) var numbers: Range<Int>
    /// The frame received before the hole and the one after it; `previous` is `nil` before a run's first frame.
    public let previous: Passage?
    public let next: Passage
  }

  /// The most holes kept. Beyond it the oldest are given up: a frame that still arrives for one of them counts as a
  /// duplicate.
  static let maximumHoles = 100_000

  /// Ascending and disjoint.
  public private(set) var holes: [Hole] = []
  /// Every number below this is seen, in a hole, or given up. Unsigned, as it may be one past `Int.max`.
  public private(set) var covered: UInt = 0
  /// The highest number seen, and that frame's position.
  public private(set) var highestSeen: Int?
  public private(set) var last: Passage?
  /// The count of numbers in holes that were given up.
  public private(set) var givenUp = 0

  /// Frames seen, each counted once.
  public private(set) var received = 0
  /// Arrivals of frames seen before.
  public private(set) var duplicate = 0
  /// Frames received after a later one.
  public private(set) var reordered = 0
  /// Whether the record that ends the run was received.
  public private(set) var ended = false

  public init() {}

  /// Creates a tracker for a run that was complete: another tracker has seen and counted every number below `covered`.
  public init(seenBelow covered: UInt) {
    self.covered = covered
    ended = true
  }

  /// Whether the run has ended and every frame was seen.
  public var isComplete: Bool { ended && holes.isEmpty && givenUp == 0 }

  /// The known number of frames not seen.
  public var unseen: Int {
    holes.reduce(givenUp) { total, hole in
      let (sum, overflow) = total.addingReportingOverflow(hole.numbers.count)
      return overflow ? .max : sum
    }
  }

  /// Records the arrival of a frame.
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

  /// Records the arrival of the record that ends the run.
  /// - Parameter count: the frames sent in the run. It is wrong if later numbers were seen.
  public mutating func end(count: Int, at passage: Passage) {
    ended = true
    if UInt(max(count, 0)) > covered { open(Int(covered)..<count, passage) }
  }

  /// Marks a number as seen. Returns `false` if it was seen before or given up.
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
    holes.append(Hole(numbers: numbers, previous: last, next: passage))
    covered = UInt(numbers.upperBound)
    giveUpOldest()
  }

  /// Bounds the memory. Gives up a sixteenth of the holes at a time, so that moving the others down is rare.
  private mutating func giveUpOldest() {
    guard holes.count > Self.maximumHoles else { return }
    let batch = Self.maximumHoles / 16
    for hole in holes.prefix(batch) {
      let (sum, overflow) = givenUp.addingReportingOverflow(hole.numbers.count)
      givenUp = overflow ? .max : sum
    }
    holes.removeFirst(batch)
  }

  /// Returns the index of the hole that contains a number, by binary search.
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
