import KafkaTransport

/// The records whose frames wait or are in flight. A value type without locks.
///
/// If a partition is revoked before a frame is answered, and then assigned again, the frame's record comes again. The
/// second record is done only when the first is: otherwise its position could be committed, and a crash would lose the
/// answer.
struct OpenRecords {
  private struct Key: Hashable {
    let partition: Int32
    let offset: Int64
    let generation: Int

    init(_ place: RecordPlace) {
      partition = place.partition
      offset = place.offset
      generation = place.generation
    }
  }

  /// For each record the places where it came again.
  private var open: [Key: [RecordPlace]] = [:]

  /// Adds a record whose frame waits.
  mutating func opened(_ place: RecordPlace) { open[Key(place)] = [] }

  /// Adds a repeated record.
  /// - Returns: whether its frame is open: then the record is done together with the first.
  mutating func cameAgain(_ place: RecordPlace) -> Bool {
    guard let at = open.index(forKey: Key(place)) else { return false }
    open.values[at].append(place)
    return true
  }

  /// Removes a record whose frame was answered or dropped.
  /// - Returns: the repeated records that are done with it.
  mutating func done(_ place: RecordPlace) -> [RecordPlace] {
    open.removeValue(forKey: Key(place)) ?? []
  }
}
