/// Restores the order of elements that are settled out of order. A value type without threads or locks.
///
/// Each element gets a ticket when it enters; `limit` bounds the number inside. Settled elements at the front leave one
/// by one: no second element leaves until the first has left.
struct AnswerOrder<Outcome: Sendable>: Sendable {
  private enum Place: Sendable {
    case open
    case settled(Outcome)
    case leaving
  }

  /// The most elements inside at a time.
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

  /// Whether another element may enter.
  var hasRoom: Bool { places.count < limit || isAbandoned }

  /// Adds an element and returns its ticket: 0, 1, 2 ...
  mutating func enter() -> Int {
    precondition(hasRoom && !isAbandoned, "more than \(limit) at a time")
    places.append(.open)
    return first + places.count - 1
  }

  /// Sets the outcome of an element. Call it once for each.
  mutating func settle(_ ticket: Int, _ outcome: consuming Outcome) {
    if isAbandoned { return }
    precondition(places.indices.contains(ticket - first), "nothing has ticket \(ticket)")
    guard case .open = places[ticket - first] else { preconditionFailure("settled twice") }
    places[ticket - first] = .settled(outcome)
  }

  /// Starts the leaving of the first element and returns its outcome; call ``left()`` when it is processed.
  /// - Returns: `nil` if the first element is not settled or is already leaving.
  mutating func leave() -> Outcome? {
    guard case .settled(let outcome)? = places.first else { return nil }
    places[0] = .leaving
    return outcome
  }

  mutating func left() {
    // The order was abandoned meanwhile, and is empty.
    if isAbandoned { return }
    guard case .leaving? = places.first else { preconditionFailure("nothing was leaving") }
    places.removeFirst()
    first += 1
  }

  /// Drops all elements; outcomes set later are ignored.
  mutating func abandon() {
    isAbandoned = true
    places = []
  }
}
