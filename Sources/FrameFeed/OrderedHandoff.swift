import FrameCore

/// Brings what several workers finish out of order back into order, by ticket.
///
/// Bounded by `capacity` tickets: a worker that is further ahead waits for the slowest.
final class OrderedHandoff<Element: ~Copyable & Sendable>: Sendable {
  /// What a worker made of its ticket.
  enum Item: ~Copyable, Sendable {
    case element(Element)
    /// The ticket's frame was rejected; its number is skipped.
    case nothing
  }

  private struct State: ~Copyable, @unchecked Sendable {
    // Sound: `slots` is allocated once and used under the monitor's lock only.
    let slots: UnsafeMutablePointer<Item?>
    let capacity: Int
    var next = 0
    /// Tickets there will be; known once the workers have run dry.
    var end: Int?

    init(capacity: Int) {
      self.capacity = capacity
      slots = .allocate(capacity: capacity)
      for at in 0..<capacity { (slots + at).initialize(to: nil) }
    }

    deinit {
      slots.deinitialize(count: capacity)
      slots.deallocate()
    }
  }

  private let state: Monitor<State>

  init(capacity: Int) { state = Monitor(State(capacity: capacity)) }

  /// Hands in what became of a ticket. Tickets are 0, 1, 2 ... , each once.
  func put(_ ticket: Int, _ item: consuming Item) {
    var pending: Item? = consume item
    state.withLock(waitingUntil: { ticket < $0.next + $0.capacity || $0.end != nil }) { state in
      // After a hard stop nobody takes it.
      guard ticket < state.next + state.capacity else { return }
      state.slots[ticket % state.capacity] = pending.take()
    }
    state.wakeAll()
  }

  /// The next element in order; waits for it.
  /// - Returns: `nil` after the last.
  func take() -> Element? {
    while true {
      let item: Item? = state.withLock(
        waitingUntil: { state in
          if let end = state.end, state.next >= end { return true }
          switch state.slots[state.next % state.capacity] {
          case .none: return false
          case .some: return true
          }
        }
      ) { state in
        if let end = state.end, state.next >= end { return nil }
        let item = state.slots[state.next % state.capacity].take()
        state.next += 1
        return item
      }
      state.wakeAll()
      guard let item else { return nil }
      switch consume item {
      case .element(let element): return element
      case .nothing: continue
      }
    }
  }

  /// Says that tickets below `count` are all there will be.
  func end(at count: Int) {
    state.withLock { $0.end = min(count, $0.end ?? .max) }
    state.wakeAll()
  }
}
