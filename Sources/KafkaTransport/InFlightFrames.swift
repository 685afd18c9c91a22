import FrameCore

/// One record under way: its bytes, kept still until the broker has them.
struct InFlightFrame: ~Copyable, Sendable {
  /// `nil` for the record that ends a run.
  var buffer: FrameBuffer?
  let sequence: Int
  /// When it was handed to the client, ns since the Unix epoch.
  let sent: Int64
  let bytes: Int
  /// `nil` for the record that ends a run.
  let description: OutgoingRecord.Description?

  /// Of its bytes, as long as it is kept.
  var address: UnsafeMutableRawPointer? {
    switch buffer {
    case .some(let buffer): buffer.stableAddress
    case .none: nil
    }
  }
}

/// The records under way, bounded in number and bytes. A slot's number travels through librdkafka with its record.
///
/// When full: `add` waits for a delivery report.
final class InFlightFrames: Sendable {
  private struct State: ~Copyable, @unchecked Sendable {
    // Sound: `slots` is allocated once and used under the monitor's lock only.
    let slots: UnsafeMutablePointer<InFlightFrame?>
    let capacity: Int
    var free: [Int]
    var bytes = 0
    /// Slots whose record no client has: it was given back, to be sent by another.
    var givenBack: Set<Int> = []
    var closed = false

    init(capacity: Int) {
      self.capacity = capacity
      slots = .allocate(capacity: capacity)
      for at in 0..<capacity { (slots + at).initialize(to: nil) }
      free = Array((0..<capacity).reversed())
    }

    deinit {
      slots.deinitialize(count: capacity)
      slots.deallocate()
    }
  }

  private let state: Monitor<State>
  private let maximumBytes: Int

  init(records: Int, bytes: Int) {
    state = Monitor(State(capacity: records))
    maximumBytes = bytes
  }

  /// Keeps a record until ``end(_:telling:)``.
  /// - Parameter deadline: how long to wait for room, monotonic ns.
  /// - Returns: its slot; `nil` once closed or too late (the record is dropped).
  func add(_ frame: consuming InFlightFrame, deadline: Int64 = .max) -> Int? {
    let maximumBytes = maximumBytes
    let bytes = frame.bytes
    func hasRoom(_ state: borrowing State) -> Bool {
      !state.free.isEmpty && (state.free.count == state.capacity || state.bytes + bytes <= maximumBytes)
    }
    var pending: InFlightFrame? = consume frame
    return state.withLock(waitingUntil: { $0.closed || hasRoom($0) }, deadline: deadline) { state in
      guard !state.closed, hasRoom(state) else { return nil }
      let slot = state.free.removeLast()
      state.bytes += bytes
      state.slots[slot] = pending.take()
      return slot
    }
  }

  /// Ends a record: tells of it, gives its bytes back to their pool and only then frees its slot, so that who
  /// waits for nothing to be under way finds everything told.
  func end(_ slot: Int, telling tell: (borrowing InFlightFrame) -> Void) {
    let taken: InFlightFrame? = state.withLock { state in
      state.givenBack.remove(slot)
      return slot >= 0 && slot < state.capacity ? state.slots[slot].take() : nil
    }
    guard let frame = taken else { return }
    let bytes = frame.bytes
    tell(frame)
    _ = consume frame
    state.withLock { state in
      state.free.append(slot)
      state.bytes -= bytes
    }
    state.wakeAll()
  }

  /// Keeps a record that its client has given up without the broker's answer, for another client to send.
  func giveBack(_ slot: Int) {
    guard slot >= 0 else { return }
    state.withLock { _ = $0.givenBack.insert(slot) }
  }

  /// Whether no client has a record any more: each was answered or given back.
  var allAreGivenBack: Bool {
    state.withLock { $0.givenBack.count == $0.capacity - $0.free.count }
  }

  /// Takes out what was given back, in the order of the run: it counts as a client's again.
  func takeGivenBack() -> [OutgoingRecord] {
    let all: [OutgoingRecord] = state.withLock { state in
      var all: [OutgoingRecord] = []
      for slot in state.givenBack {
        guard let frame = state.slots[slot].take() else { continue }
        all.append(
          OutgoingRecord(
            slot: slot, sequence: frame.sequence, sent: frame.sent, address: frame.address,
            bytes: frame.bytes, description: frame.description))
        state.slots[slot] = consume frame
      }
      state.givenBack.removeAll()
      return all
    }
    // The end's number is that of the frames, so it is above each of theirs.
    return all.sorted { $0.sequence < $1.sequence }
  }

  /// Waits until nothing is under way or the deadline passes (monotonic, ns).
  /// - Returns: records still under way.
  func wait(until deadline: Int64) -> Int {
    state.withLock(waitingUntil: { $0.free.count == $0.capacity }, deadline: deadline) {
      $0.capacity - $0.free.count
    }
  }

  var isClosed: Bool { state.withLock { $0.closed } }

  /// Takes nothing more and wakes who waits.
  func close() {
    state.withLock { $0.closed = true }
    state.wakeAll()
  }
}
