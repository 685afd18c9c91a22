import KafkaTransport

/// Records that wait or are in hand: a value without locks.
///
/// A partition that was given up before its frame was answered, and is given back, brings the frame's record again.
/// That one is done only when the first is: else its position could be committed, and a crash would lose the answer.
struct OpenRecords {
  private struct Key: Hashable {
    let partition: Int32
    let offset: Int64
    let life: Int

    init(_ place: RecordPlace) {
      partition = place.partition
      offset = place.offset
      life = place.life
    }
  }

  /// Where each came again.
  private var open: [Key: [RecordPlace]] = [:]

  /// A record's frame waits from now on.
  mutating func opened(_ place: RecordPlace) { open[Key(place)] = [] }

  /// A record has come again.
  /// - Returns: whether its frame waits or is in hand: then it is done with that one.
  mutating func cameAgain(_ place: RecordPlace) -> Bool {
    guard let at = open.index(forKey: Key(place)) else { return false }
    open.values[at].append(place)
    return true
  }

  /// A record's frame was answered or dropped.
  /// - Returns: the places that are done beside it.
  mutating func done(_ place: RecordPlace) -> [RecordPlace] {
    open.removeValue(forKey: Key(place)) ?? []
  }
}
