/// Work that several workers share and that leaves in the order it was taken: a value without locks, threads or
/// elements.
///
/// Each piece has a ticket, 0, 1, 2 ... in the order taken. Tickets are finished in any order and leave by number.
/// At most `capacity` are out, which is taken and not left. A worker that would be further ahead finds no room
/// *before* it takes: to finish never waits, so that an end cannot come between what was made and its place.
///
/// ```
/// take -> [at work] -> finish -> [until all before it have left] -> leave
/// ```
struct OrderedWork: Sendable, Hashable {
  private enum Phase: Hashable {
    case open
    /// No more will be taken; what was taken still leaves.
    case ended
    /// Nothing leaves any more.
    case aborted
  }

  /// Whether a ticket can be taken.
  enum Room: Hashable {
    case free
    /// Not before one leaves.
    case full
    /// Never again.
    case closed
  }

  /// What can leave.
  enum Leaving: Hashable {
    case ticket(Int)
    /// The next one is at work, or not taken yet.
    case notYet
    /// All have left, or none will.
    case over
  }

  let capacity: Int
  /// Tickets below this were taken.
  private(set) var taken = 0
  /// Tickets below this have left.
  private(set) var left = 0
  /// Whether the ticket with this remainder is finished.
  private var isFinished: [Bool]
  private var phase = Phase.open

  /// - Parameter capacity: most tickets that are out at a time. As many as there are workers keep all of them busy
  ///   only while they are equally fast.
  init(capacity: Int) {
    precondition(capacity > 0, "work needs room for one ticket")
    self.capacity = capacity
    isFinished = Array(repeating: false, count: capacity)
  }

  /// Tickets that were taken and have not left.
  var out: Int { taken - left }

  var room: Room {
    guard phase == .open else { return .closed }
    return out < capacity ? .free : .full
  }

  /// Takes the next ticket. There must be room, unless the work was aborted meanwhile.
  /// - Returns: `nil` when it was.
  mutating func take() -> Int? {
    if phase == .aborted { return nil }
    precondition(room == .free, "a ticket is taken without room, or behind the end")
    defer { taken += 1 }
    return taken
  }

  /// Notes that a ticket's work is done.
  /// - Returns: whether it is to be kept until it leaves; not after an abort.
  mutating func finish(_ ticket: Int) -> Bool {
    precondition(ticket >= left && ticket < taken, "a ticket that is not out cannot be finished")
    precondition(!isFinished[ticket % capacity], "a ticket is finished twice")
    isFinished[ticket % capacity] = true
    return phase != .aborted
  }

  /// What can leave now.
  var leaving: Leaving {
    if phase == .aborted { return .over }
    if left < taken { return isFinished[left % capacity] ? .ticket(left) : .notYet }
    return phase == .ended ? .over : .notYet
  }

  /// Lets the next finished ticket leave, where there is one.
  mutating func leave() -> Leaving {
    let leaving = leaving
    if case .ticket(let ticket) = leaving {
      isFinished[ticket % capacity] = false
      left += 1
    }
    return leaving
  }

  /// No more will be taken. Saying it twice changes nothing.
  mutating func end() {
    if phase == .open { phase = .ended }
  }

  /// Nothing more will be taken or leave, at any time. Saying it twice changes nothing.
  mutating func abort() { phase = .aborted }
}
