import FrameLatency
import KafkaTransport

extension FramePassage {
  init(_ place: RecordPlace) { self.init(partition: place.partition, offset: place.offset, life: place.life) }
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
    /// They came damaged from their broker each time.
    case damaged
    /// They went with the topic, which was made anew.
    case madeAnew
    /// The sink was stopped before it came to them.
    case afterStop
  }

  struct Skip: Sendable, Equatable {
    var offsets: Range<Int64>
    var absence: Absence
  }

  /// What was seen of one topic of this name.
  private struct Life: Sendable {
    /// One past the last record taken.
    var next: Int64?
    /// Ascending and disjoint.
    var skips: [Skip] = []
  }

  private(set) var isOurs = false
  private var lives = [Life()]
  /// Records that were deleted before they were read, or came damaged each time.
  private(set) var lost: Int64 = 0

  /// How often the topic was made anew.
  var life: Int { lives.count - 1 }

  mutating func assigned(_ beginning: PartitionBeginning) {
    let isFirst = life == 0 && lives[0].next == nil
    isOurs = true
    if beginning.cause == .madeAnew { lives.append(Life()) }
    guard !isFirst, beginning.cause != .madeAnew, let next = lives[life].next else { return begin(beginning) }
    // It goes on where this sink was, or before. Else others have read on meanwhile.
    guard beginning.offset > next else { return }
    skip(next..<max(next, beginning.offset - Int64(beginning.lost.count)), .readElsewhere)
    lose(beginning.lost, .deleted)
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
    lose(beginning.lost, .deleted)
    lives[life].next = beginning.offset
  }

  private mutating func lose(_ offsets: Range<Int64>, _ absence: Absence) {
    lost += Int64(offsets.count)
    skip(offsets, absence)
  }

  mutating func revoked() { isOurs = false }

  /// Records at these offsets were never read. What lies before them may still be on its way through the queues.
  mutating func lost(_ offsets: Range<Int64>, _ absence: Absence) { lose(offsets, absence) }

  /// The topic was made anew: what is read from now on has other offsets.
  mutating func startLife(_ beginning: Int64) {
    lives.append(Life(next: beginning))
    skip(0..<beginning, .beforeGroup)
  }

  private mutating func skip(_ offsets: Range<Int64>, _ absence: Absence) {
    if !offsets.isEmpty { lives[life].skips.append(Skip(offsets: offsets, absence: absence)) }
  }

  /// Takes note of a record.
  /// - Parameter life: in which it was read; records of the one before may still be on their way.
  /// - Returns: whether this sink had it before: a partition was taken away and given back.
  mutating func took(_ offset: Int64, life: Int) -> Bool {
    guard lives.indices.contains(life) else { return false }
    guard offset >= lives[life].next ?? 0 else { return true }
    lives[life].next = offset + 1
    return false
  }

  /// Why reading did not begin with the first record of all; `nil` where it did.
  var absenceBefore: Absence? {
    lives[life].skips.first.flatMap { $0.offsets.lowerBound == 0 ? $0.absence : nil }
  }

  /// What was skipped within a range of offsets, the last first.
  func skips(in offsets: Range<Int64>, life: Int) -> [Skip] {
    lives[min(life, lives.count - 1)].skips.reversed().compactMap { skip in
      let part = skip.offsets.clamped(to: offsets)
      return part.isEmpty ? nil : Skip(offsets: part, absence: skip.absence)
    }
  }
}
