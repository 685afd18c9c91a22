/// The order of work that several workers share: results leave in the order in which the pieces were taken. A value
/// type without locks, threads or elements.
///
/// Each piece has a ticket, 0, 1, 2 ... in the order taken. Tickets finish in any order and leave in order. At most
/// `capacity` tickets are out (taken and not left). A worker waits for room *before* it takes a ticket, so `finish`
/// never waits, and an end cannot separate a result from its ticket.
///
/// ```
/// take -> [at work] -> finish -> [until all before it have left] -> leave
/// ```
struct OrderedWork: Sendable, Hashable {
  private enum Phase: Hashable {
    case open
    /// No more is taken; what was taken still leaves.
    case ended
    /// Nothing leaves.
    case aborted
  }

  /// Whether a ticket can be taken.
  enum Room: Hashable {
    case free
    /// Not until one leaves.
    case full
    /// Never.
    case closed
  }

  /// What can leave.
  enum Leaving: Hashable {
    case ticket(Int)
    /// The next ticket is not finished, or not taken yet.
    case notYet
    /// All have left, or none will leave.
    case over
  }

  let capacity: Int
  /// The number of tickets taken.
  private(set) var taken = 0
  /// The number of tickets that have left.
  private(set) var left = 0
  /// Whether the ticket with this remainder modulo `capacity` is finished.
  private var isFinished: [Bool]
  private var phase = Phase.open

  /// - Parameter capacity: the most tickets that are out at a time. One per worker keeps all workers busy only if they
  ///   are equally fast.
  init(capacity: Int) {
    precondition(capacity > 0, "work needs room for one ticket")
    self.capacity = capacity
    isFinished = Array(repeating: false, count: capacity)
  }

  /// The number of tickets taken that have not left.
  var out: Int { taken - left }

  var room: Room {
    guard phase == .open else { return .closed }
    return out < capacity ? .free : .full
  }

  /// Takes the next ticket. Requires room, unless the work was aborted.
  /// - Returns: `nil` after an abort.
  mutating func take() -> Int? {
    if phase == .aborted { return nil }
    precondition(room == .free, "a ticket is taken without room, or after the end")
    defer { taken += 1 }
    return taken
  }

  /// Marks a ticket as finished.
  /// - Returns: whether the result is to be kept until it leaves; false after an abort.
  mutating func finish(_ ticket: Int) -> Bool {
    precondition(ticket >= left && ticket < taken, "a ticket that is not out cannot be finished")
    precondition(!isFinished[ticket % capacity], "a ticket is finished twice")
    isFinished[ticket % capacity] = true
    return phase != .aborted
  }

  /// Returns what can leave now.
  var leaving: Leaving {
    if phase == .aborted { return .over }
    if left < taken { return isFinished[left % capacity] ? .ticket(left) : .notYet }
    return phase == .ended ? .over : .notYet
  }

  /// Removes the next ticket if it is finished.
  mutating func leave() -> Leaving {
    let leaving = leaving
    if case .ticket(let ticket) = leaving {
      isFinished[ticket % capacity] = false
      left += 1
    }
    return leaving
  }

  /// Ends the taking of tickets. Idempotent.
  mutating func end() {
    if phase == .open { phase = .ended }
  }

  /// Ends all taking and leaving at once. Idempotent.
  mutating func abort() { phase = .aborted }
}
