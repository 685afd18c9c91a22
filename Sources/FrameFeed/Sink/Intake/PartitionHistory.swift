import KafkaTransport

/// Where a frame lay. Offsets before and after a topic was made anew have nothing in common.
struct Passage: Sendable, Equatable {
  var partition: Int32
  var offset: Int64
  /// How often the topic had been made anew.
  var life: Int
}

/// Which records of a partition this sink has not read, and why.
struct PartitionHistory: Sendable {
  /// Why frames were not received by this sink.
  enum Absence: Sendable, Hashable {
    /// The group had read them before, or another sink of it reads them.
    case readElsewhere
    /// They came before the place that the user chose for the group's beginning.
    case beforeChoice
    /// The topic had dropped them when this group began.
    case beforeGroup
    /// They were deleted before this group had read them.
    case deleted
    /// They went with the topic, which was made anew.
    case madeAnew
    /// The sink was stopped before it came to them.
    case afterStop
  }

  struct Skip: Sendable, Equatable {
    var offsets: Range<Int64>
    var absence: Absence
  }

  private(set) var isOurs = false
  private(set) var life = 0
  /// One past the last record taken.
  private(set) var next: Int64?
  /// Ascending and disjoint, for each life.
  private(set) var skips: [[Skip]] = [[]]
  /// Records that were deleted before they were read.
  private(set) var lost: Int64 = 0

  /// Lives whose skips are remembered.
  private static let maximumLives = 64

  mutating func assigned(_ beginning: PartitionBeginning) {
    let isKnown = next != nil
    isOurs = true
    if beginning.cause == .madeAnew { return isKnown ? startLife(beginning.offset) : begin(beginning) }
    guard let next else { return begin(beginning) }
    // It goes on where this sink was, or before. Else others have read on meanwhile.
    guard beginning.offset > next else { return }
    skip(next..<max(next, beginning.offset - Int64(beginning.lost.count)), .readElsewhere)
    lose(beginning.lost)
  }

  private mutating func begin(_ beginning: PartitionBeginning) {
    let before = beginning.lost.isEmpty ? beginning.offset : beginning.lost.lowerBound
    let absence: Absence =
      switch beginning.cause {
      case .committed: .readElsewhere
      case .beginning, .madeAnew: .beforeGroup
      case .chosen: .beforeChoice
      }
    skip(0..<max(0, before), absence)
    lose(beginning.lost)
    next = beginning.offset
  }

  private mutating func lose(_ offsets: Range<Int64>) {
    lost += Int64(offsets.count)
    skip(offsets, .deleted)
  }

  mutating func revoked() { isOurs = false }

  mutating func deleted(_ offsets: Range<Int64>) {
    lose(offsets)
    next = max(next ?? 0, offsets.upperBound)
  }

  /// The topic was made anew: what is read from now on has other offsets.
  mutating func startLife(_ beginning: Int64) {
    guard skips.count < Self.maximumLives else { return }
    life += 1
    skips.append([])
    next = beginning
    skip(0..<beginning, .beforeGroup)
  }

  private mutating func skip(_ offsets: Range<Int64>, _ absence: Absence) {
    if !offsets.isEmpty { skips[life].append(Skip(offsets: offsets, absence: absence)) }
  }

  /// Takes note of a record.
  /// - Returns: whether this sink had it before: a partition was taken away and given back.
  mutating func took(_ offset: Int64) -> Bool {
    guard offset >= next ?? 0 else { return true }
    next = offset + 1
    return false
  }

  /// What was skipped within a range of offsets, the last first.
  func skips(in offsets: Range<Int64>, life: Int) -> [Skip] {
    skips[life].reversed().compactMap { skip in
      let part = skip.offsets.clamped(to: offsets)
      return part.isEmpty ? nil : Skip(offsets: part, absence: skip.absence)
    }
  }
}
