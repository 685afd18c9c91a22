/// Lets what is settled out of order leave in order: a value without threads or locks.
///
/// Each element gets a ticket as it goes in; as many may be in at a time as the limit says. The first that is settled,
/// and those behind it that are, leave one by one: while one does, no other may.
struct AnswerOrder<Outcome: Sendable>: Sendable {
  private enum Place: Sendable {
    case open
    case settled(Outcome)
    case leaving
  }

  /// Most that are in at a time.
  let limit: Int
  /// Oldest first; only the first may be leaving.
  private var places: [Place] = []
  private var first = 0
  private(set) var isAbandoned = false

  init(limit: Int) {
    precondition(limit > 0)
    self.limit = limit
  }

  var isEmpty: Bool { places.isEmpty }

  /// Whether another may come in.
  var hasRoom: Bool { places.count < limit || isAbandoned }

  /// The next element's ticket: 0, 1, 2 ...
  mutating func enter() -> Int {
    precondition(hasRoom && !isAbandoned, "more than \(limit) at a time")
    places.append(.open)
    return first + places.count - 1
  }

  /// What became of an element; once for each.
  mutating func settle(_ ticket: Int, _ outcome: consuming Outcome) {
    if isAbandoned { return }
    precondition(places.indices.contains(ticket - first), "nothing has ticket \(ticket)")
    guard case .open = places[ticket - first] else { preconditionFailure("settled twice") }
    places[ticket - first] = .settled(outcome)
  }

  /// The outcome of the element that leaves now; ``left()`` follows when it has.
  /// - Returns: `nil` when the first is not settled, or is leaving.
  mutating func leave() -> Outcome? {
    guard case .settled(let outcome)? = places.first else { return nil }
    places[0] = .leaving
    return outcome
  }

  mutating func left() {
    // Nothing is left of an order that was abandoned meanwhile.
    if isAbandoned { return }
    guard case .leaving? = places.first else { preconditionFailure("nothing was leaving") }
    places.removeFirst()
    first += 1
  }

  /// Lets nothing more leave: what is settled later is passed over.
  mutating func abandon() {
    isAbandoned = true
    places = []
  }
}
