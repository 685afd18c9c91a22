import FrameLatency
import KafkaTransport

extension FramePassage {
  init(_ place: RecordPlace) {
    self.init(partition: place.partition, offset: place.offset, generation: place.generation)
  }
}

/// The records of a partition that this sink did not read, and why.
struct PartitionHistory: Sendable {
  /// Why this sink did not receive frames.
  enum Absence: Sendable, Hashable {
    /// The group had read them before, or another sink of the group reads them.
    case readElsewhere
    /// They precede the start position that the user chose for the group.
    case beforeChoice
    /// The topic had deleted them before this group began.
    case beforeGroup
    /// They were deleted before this group had read them.
    case deleted
    /// The broker returned them damaged each time.
    case damaged
    /// They were deleted with the topic, which was created anew.
    case recreated
    /// The sink stopped before it reached them.
    case afterStop
  }

  struct Skip: Sendable, Equatable {
    var offsets: Range<Int64>
    var absence: Absence
  }

  /// The reading of one topic of this name; a topic created anew begins the next.
  private struct Generation: Sendable {
    /// One past the last record received.
    var next: Int64?
    /// Ascending and disjoint.
    var skips: [Skip] = []
  }

  private(set) var isOurs = false
  private var generations = [Generation()]
  /// The number of records that were deleted before they were read, or damaged each time.
  private(set) var lost: Int64 = 0

  /// The number of times that the topic was created anew.
  var generation: Int { generations.count - 1 }

  mutating func assigned(_ beginning: PartitionBeginning) {
    let isFirst = generation == 0 && generations[0].next == nil
    isOurs = true
    if beginning.cause == .recreated { generations.append(Generation()) }
    guard !isFirst, beginning.cause != .recreated, let next = generations[generation].next else {
      return begin(beginning)
    }
    // Reading continues where this sink was, or earlier. Else other sinks have read on meanwhile.
    guard beginning.offset > next else { return }
    skip(next..<max(next, beginning.offset - Int64(beginning.lost.count)), .readElsewhere)
    lose(beginning.lost, .deleted)
  }

  private mutating func begin(_ beginning: PartitionBeginning) {
    let before = beginning.lost.isEmpty ? beginning.offset : beginning.lost.lowerBound
    let absence: Absence =
      switch beginning.cause {
      case .committed: .readElsewhere
      case .beginning, .recreated: .beforeGroup
      case .chosen: .beforeChoice
      }
    skip(0..<max(0, before), absence)
    lose(beginning.lost, .deleted)
    generations[generation].next = beginning.offset
  }

  private mutating func lose(_ offsets: Range<Int64>, _ absence: Absence) {
    lost += Int64(offsets.count)
    skip(offsets, absence)
  }

  mutating func revoked() { isOurs = false }

  /// Reports that records at these offsets were never read. Earlier records may still be in the queues.
  mutating func noteLost(_ offsets: Range<Int64>, _ absence: Absence) { lose(offsets, absence) }

  /// Reports that the topic was created anew, so that offsets begin again.
  mutating func startGeneration(_ beginning: Int64) {
    generations.append(Generation(next: beginning))
    skip(0..<beginning, .beforeGroup)
  }

  private mutating func skip(_ offsets: Range<Int64>, _ absence: Absence) {
    if !offsets.isEmpty { generations[generation].skips.append(Skip(offsets: offsets, absence: absence)) }
  }

  /// Records the receipt of a record.
  /// - Parameter generation: the generation in which it was read; records of an earlier one may still be in the queues.
  /// - Returns: whether this sink received it before: the partition was revoked and assigned again.
  mutating func noteReceived(_ offset: Int64, generation: Int) -> Bool {
    guard generations.indices.contains(generation) else { return false }
    guard offset >= generations[generation].next ?? 0 else { return true }
    generations[generation].next = offset + 1
    return false
  }

  /// Why reading did not begin at offset 0; `nil` if it did.
  var absenceBefore: Absence? {
    generations[generation].skips.first.flatMap { $0.offsets.lowerBound == 0 ? $0.absence : nil }
  }

  /// Returns the skipped parts of a range of offsets, the last first.
  func skips(in offsets: Range<Int64>, generation: Int) -> [Skip] {
    generations[min(generation, generations.count - 1)].skips.reversed().compactMap { skip in
      let part = skip.offsets.clamped(to: offsets)
      return part.isEmpty ? nil : Skip(offsets: part, absence: skip.absence)
    }
  }
}
