/// What a full queue does with one more element.
public enum QueuePolicy: String, Sendable, CaseIterable {
  /// The pushing thread waits: nothing is lost, the wait adds latency.
  case block
  /// The new element is dropped and counted ("buffering oldest").
  case dropNewest = "drop-newest"
  /// The oldest element is dropped and counted ("buffering latest").
  case dropOldest = "drop-oldest"
}

/// A first-in first-out queue between two stages, bounded by elements and bytes.
public final class BoundedQueue<Element: ~Copyable & Sendable>: Sendable {
  @usableFromInline
  struct Entry: ~Copyable {
    @usableFromInline var element: Element
    @usableFromInline let bytes: Int

    @inlinable
    init(element: consuming Element, bytes: Int) {
      self.element = element
      self.bytes = bytes
    }
  }

  @usableFromInline
  struct State: ~Copyable {
    @usableFromInline var entries: Ring<Entry>
    @usableFromInline var bytes = 0
    @usableFromInline var closed = false

    init(entries: consuming Ring<Entry>) { self.entries = entries }

    @inlinable
    func hasRoom(for more: Int, _ maximumBytes: Int) -> Bool {
      !entries.isFull && (entries.isEmpty || bytes + more <= maximumBytes)
    }
  }

  /// The result of a push.
  public enum Outcome: Sendable, Equatable {
    case accepted
    /// Accepted; this many older elements were dropped for it.
    case acceptedDropping(Int)
    /// Dropped because the queue was full.
    case dropped
    /// Dropped because the queue was closed.
    case closed
  }

  @usableFromInline let state: Monitor<State>
  @usableFromInline let maximumBytes: Int
  public let policy: QueuePolicy

  /// - Parameters:
  ///   - capacity: most elements at a time.
  ///   - bytes: most bytes at a time; a single larger element is still accepted when the queue is empty.
  public init(capacity: Int, bytes: Int = .max, whenFull policy: QueuePolicy = .block) {
    state = Monitor(State(entries: Ring(capacity: capacity)))
    maximumBytes = bytes
    self.policy = policy
  }

  /// Adds an element at the end, or applies the policy when there is no room.
  /// - Parameter bytes: the element's size towards the byte bound.
  @inlinable
  @discardableResult
  public func push(_ element: consuming Element, bytes: Int = 0) -> Outcome {
    // An Optional lets the closure move the element out: closures cannot consume their captures.
    var pending: Entry? = Entry(element: element, bytes: bytes)
    let maximumBytes = maximumBytes
    let policy = policy
    let outcome: Outcome = state.withLock(
      waitingUntil: { policy != .block || $0.closed || $0.hasRoom(for: bytes, maximumBytes) }
    ) { state in
      if state.closed { return .closed }
      var dropped = 0
      if !state.hasRoom(for: bytes, maximumBytes) {
        guard policy == .dropOldest else { return .dropped }
        while !state.hasRoom(for: bytes, maximumBytes) {
          guard let oldest = state.entries.popFirst() else { break }
          state.bytes -= oldest.bytes
          dropped += 1
        }
      }
      state.entries.append(pending.take()!)
      state.bytes += bytes
      return dropped > 0 ? .acceptedDropping(dropped) : .accepted
    }
    state.wakeAll()
    return outcome
  }

  /// Adds an element at the end. Waits for room until `deadline` (monotonic, ns). For queues with the policy `block`.
  /// - Returns: the element when there is still no room; `nil` when it was added, or dropped because the queue is
  ///   closed.
  @inlinable
  public func push(_ element: consuming Element, bytes: Int, deadline: Int64) -> Element? {
    var pending: Entry? = Entry(element: element, bytes: bytes)
    let maximumBytes = maximumBytes
    let isLeft = state.withLock(
      waitingUntil: { $0.closed || $0.hasRoom(for: bytes, maximumBytes) }, deadline: deadline
    ) { state in
      if state.closed { return false }
      guard state.hasRoom(for: bytes, maximumBytes) else { return true }
      state.entries.append(pending.take()!)
      state.bytes += bytes
      return false
    }
    guard isLeft, let entry = pending.take() else {
      state.wakeAll()
      return nil
    }
    return entry.element
  }

  /// Returns the oldest element; waits until there is one.
  /// - Returns: `nil` once the queue is closed and empty.
  @inlinable
  public func pop() -> Element? {
    let element: Element? = state.withLock(waitingUntil: { !$0.entries.isEmpty || $0.closed }) {
      Self.take(&$0)
    }
    state.wakeAll()
    return element
  }

  /// Returns the oldest element; waits for one until `deadline` (monotonic, ns).
  /// - Returns: `nil` when none arrived, or the queue is closed and empty (see ``isFinished``).
  @inlinable
  public func pop(deadline: Int64) -> Element? {
    let element: Element? = state.withLock(
      waitingUntil: { !$0.entries.isEmpty || $0.closed }, deadline: deadline
    ) { Self.take(&$0) }
    state.wakeAll()
    return element
  }

  @inlinable
  static func take(_ state: inout State) -> Element? {
    guard let entry = state.entries.popFirst() else { return nil }
    state.bytes -= entry.bytes
    return entry.element
  }

  /// Refuses further elements; those in the queue can still be popped.
  public func close() {
    state.withLock { $0.closed = true }
    state.wakeAll()
  }

  /// Drops all elements (a hard stop). Returns their number.
  @discardableResult
  public func removeAll() -> Int {
    let count = state.withLock { state in
      let count = state.entries.count
      state.entries.removeAll()
      state.bytes = 0
      return count
    }
    state.wakeAll()
    return count
  }

  /// Whether the queue is closed and empty.
  public var isFinished: Bool { state.withLock { $0.closed && $0.entries.isEmpty } }
  /// Elements in the queue now.
  public var count: Int { state.withLock { $0.entries.count } }
}
