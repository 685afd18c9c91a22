import FrameCore

/// One record under way: its bytes, kept still until the broker has them.
struct InFlightFrame: ~Copyable, Sendable {
  /// `nil` for the record that ends a run.
  var buffer: FrameBuffer?
  let sequence: Int
  /// When it was handed to the client, ns since the Unix epoch.
  let sent: Int64
  let bytes: Int
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
  /// - Returns: its slot; `nil` once closed (the record is dropped).
  func add(_ frame: consuming InFlightFrame) -> Int? {
    let maximumBytes = maximumBytes
    let bytes = frame.bytes
    var pending: InFlightFrame? = consume frame
    return state.withLock(
      waitingUntil: {
        $0.closed || !$0.free.isEmpty && ($0.free.count == $0.capacity || $0.bytes + bytes <= maximumBytes)
      }
    ) { state in
      guard !state.closed else { return nil }
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
      slot >= 0 && slot < state.capacity ? state.slots[slot].take() : nil
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

  /// Waits until nothing is under way or the deadline passes (monotonic, ns).
  /// - Returns: records still under way.
  func wait(until deadline: Int64) -> Int {
    state.withLock(waitingUntil: { $0.free.count == $0.capacity }, deadline: deadline) {
      $0.capacity - $0.free.count
    }
  }

  /// Takes nothing more and wakes who waits.
  func close() {
    state.withLock { $0.closed = true }
    state.wakeAll()
  }
}
