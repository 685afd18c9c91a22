/// Decides where to read on when a fetched record is damaged: from the first record that was not handed out,
/// and past it once it stays damaged. For one thread.
///
/// librdkafka 2.0.2 alone goes astray here: behind a batch that fails its checksum it reads on inside that
/// batch's bytes, and may drop what follows, or take its next offset from pixels and then "reset" to the topic's
/// beginning (seen: `offset reset (at offset 3970598662927377710)`). Such a reset is undone here.
struct RefetchPlan {
  /// What to do next.
  enum Step: Equatable {
    /// Fetch from this offset again.
    case again(from: Int64)
    /// The record at this offset is given up; fetch from the one after it.
    case skip(Int64)
  }

  /// How often one record is fetched again.
  static let tries = 3

  private struct Place {
    /// The first offset that was not handed out.
    var next: Int64
    var tries = 0
    /// The client could not be sent back to `next`, and reads on somewhere else.
    var isAstray = false
  }

  private var places: [Int32: Place] = [:]

  /// Reading of a partition begins here; `nil` when that is not known.
  mutating func begin(_ partition: Int32, at offset: Int64?) {
    places[partition] = offset.map { Place(next: $0) }
  }

  /// A record has come.
  /// - Returns: whether it is to be handed out: not when it lies before where reading stands, as after a reset, nor
  ///   when the client is astray, as the record that reading stands at would be passed over.
  mutating func takes(_ partition: Int32, _ offset: Int64) -> Bool {
    if let place = places[partition], place.isAstray || offset < place.next { return false }
    places[partition] = Place(next: offset + 1)
    return true
  }

  /// Where to go on after a reset: where reading stands if the topic has that, else where it begins now (it was
  /// made anew).
  mutating func resume(_ partition: Int32, kept: ClosedRange<Int64>) -> Int64 {
    if let next = places[partition]?.next, kept.contains(next) {
      places[partition]?.isAstray = false
      return next
    }
    places[partition] = Place(next: kept.lowerBound)
    return kept.lowerBound
  }

  /// The client could not be sent to where reading stands: the next record that comes is not the next one.
  mutating func seekFailed(_ partition: Int32) { places[partition]?.isAstray = true }

  /// The records at or behind the next one are damaged.
  /// - Parameter offset: what the client says; used only when nothing better is known.
  mutating func damaged(_ partition: Int32, _ offset: Int64) -> Step {
    var place = places[partition] ?? Place(next: max(offset, 0))
    defer { places[partition] = place }
    guard place.tries >= Self.tries else {
      place.tries += 1
      place.isAstray = false
      return .again(from: place.next)
    }
    // A batch holds any number of records: each is skipped by itself, so that what follows is not lost.
    let given = place.next
    place = Place(next: given + 1)
    return .skip(given)
  }
}
