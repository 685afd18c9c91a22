import FrameCore
import Synchronization

/// The records under way, bounded in number and bytes: their bytes, kept still until a broker has them, and what
/// ``RecordSending`` knows of them. A slot's number travels through librdkafka with its record.
///
/// Holds the lock; whatever takes time happens outside of it.
final class RecordsInFlight: Sendable {
  /// A record and the memory its bytes lie in, which is `nil` where none is referred to.
  private struct Entry: ~Copyable, Sendable {
    let record: OutgoingRecord
    var memory: FrameBuffer?
  }

  private struct State: ~Copyable, @unchecked Sendable {
    // Sound: `entries` is allocated once and used under the monitor's lock only.
    let entries: UnsafeMutablePointer<Entry?>
    var sending: RecordSending
    var window: SendWindow
    /// When each slot's record was handed over, monotonic ns.
    var handed: [Int64]
    let capacity: Int
    /// Why the client came to an end, or nothing is sent any more.
    var reason: TransportError?

    init(records: Int, bytes: Int, window: SendWindow) {
      capacity = records
      sending = RecordSending(records: records, bytes: bytes)
      self.window = window
      handed = Array(repeating: 0, count: records)
      sending.limit = window.limit
      entries = .allocate(capacity: records)
      for at in 0..<records { (entries + at).initialize(to: nil) }
    }

    /// A broker's answer, before it is taken in.
    mutating func acknowledged(_ slot: Int) {
      let now = FrameClock.monotonic()
      window.acknowledged(
        sending.bytes(of: slot), now, took: now - handed[slot], isFull: sending.underWay >= sending.limit)
      sending.limit = window.limit
    }

    deinit {
      entries.deinitialize(count: capacity)
      entries.deallocate()
    }
  }

  /// Told of each record once, on the thread that serves the client; with the time, ns since the Unix epoch.
  typealias Teller = @Sendable (OutgoingRecord, TransportError?, _ answered: Int64) -> Void

  private let state: Monitor<State>
  private let teller: Teller
  /// Whether there is nothing to do but to wait for answers; for who asks all the time. Written under the lock.
  private let calm = Atomic(true)

  /// - Parameters:
  ///   - records: most that are under way at a time.
  ///   - bytes: of them, at most.
  ///   - atFirst: as many until answers have come, see ``SendWindow``.
  init(records: Int, bytes: Int, atFirst: Int, teller: @escaping Teller) {
    state = Monitor(
      State(records: records, bytes: bytes, window: SendWindow(least: atFirst, most: records)))
    self.teller = teller
  }

  // MARK: who sends

  /// Keeps a record until it ends; waits for room.
  /// - Parameters:
  ///   - memory: of the record's bytes.
  ///   - deadline: how long to wait, monotonic ns.
  /// - Returns: its slot.
  /// - Throws: why nothing is taken any more; ``TransportError/stopped`` also when it is too late. The record is
  ///   dropped.
  func add(
    _ record: OutgoingRecord, _ memory: consuming FrameBuffer?, deadline: Int64
  ) throws(TransportError) -> Int {
    let bytes = record.bytes
    var memory: FrameBuffer? = memory
    let (slot, reason): (Int?, TransportError?) = state.withLock(
      waitingUntil: { $0.sending.isOver || $0.sending.hasRoom(for: bytes) }, deadline: deadline
    ) { state in
      guard state.sending.hasRoom(for: bytes) else {
        return (nil, state.sending.phase == .givenUp ? state.reason : nil)
      }
      let slot = state.sending.add(bytes: bytes)
      state.entries[slot] = Entry(record: record, memory: memory.take())
      state.handed[slot] = FrameClock.monotonic()
      return (slot, nil)
    }
    guard let slot else { throw reason ?? .stopped }
    return slot
  }

  /// Waits until a record of so many bytes may be added, or nothing more is taken.
  func awaitRoom(for bytes: Int, _ deadline: Int64) {
    state.withLock(
      waitingUntil: { $0.sending.isOver || $0.sending.hasRoom(for: bytes) }, deadline: deadline
    ) { _ in }
  }

  /// Waits a moment for librdkafka's queue to have room again: until an answer has come, or 5 ms, as its room comes a
  /// little after the answer.
  /// - Returns: whether to try again.
  func waitForRoom(_ deadline: Int64) -> Bool {
    let now = FrameClock.monotonic()
    let before = state.withLock { $0.sending.underWay }
    return state.withLock(
      waitingUntil: { $0.sending.phase != .healthy || $0.sending.refuses || $0.sending.underWay < before },
      deadline: min(deadline, now + 5_000_000)
    ) { $0.sending.phase == .healthy && !$0.sending.refuses && now < deadline }
  }

  /// A client did not take a record that it was handed.
  /// - Returns: whether the record has ended with this, untold; otherwise it is sent again.
  func notTaken(_ slot: Int, _ outcome: RecordSending.Outcome) -> Bool {
    // Its bytes go back to their pool outside of the lock.
    let entry = take(slot, outcome)
    guard let entry else { return false }
    _ = consume entry
    free(slot)
    return true
  }

  // MARK: who serves the client

  /// Takes a client's word on a record: tells of it, or keeps it for the client that comes next.
  func answered(
    _ slot: Int, _ outcome: RecordSending.Outcome, _ error: @autoclosure () -> TransportError?
  ) {
    let entry = take(slot, outcome)
    guard let entry else { return }
    // What ended the sending says more than that the record was taken from its client.
    let reason = outcome == .purged ? state.withLock { $0.reason } : nil
    end(slot, entry, reason ?? error())
  }

  /// - Returns: what ends; `nil` if the record is sent again.
  private func take(_ slot: Int, _ outcome: RecordSending.Outcome) -> Entry? {
    state.withLock { state in
      if outcome == .acknowledged { state.acknowledged(slot) }
      if state.sending.answered(slot, outcome) { return state.entries[slot].take() }
      note(state.sending)
      return nil
    }
  }

  private func note(_ sending: RecordSending) { calm.store(sending.phase == .healthy, ordering: .releasing) }

  /// Whether ``step()`` would have nothing to do.
  var isCalm: Bool { calm.load(ordering: .acquiring) }

  /// The next thing to do.
  func step() -> RecordSending.Step? {
    let (before, after, step) = state.withLock { state in
      let before = state.sending.phase
      let step = state.sending.step()
      note(state.sending)
      return (before, state.sending.phase, step)
    }
    // Who waits for room has waited in vain.
    if after == .givenUp, before != .givenUp { state.wakeAll() }
    return step
  }

  /// Ends a record that no client has: it is not delivered.
  func end(_ slot: Int, _ otherwise: TransportError) {
    let entry = state.withLock { $0.entries[slot].take() }
    let reason = state.withLock { $0.reason }
    if let entry { end(slot, entry, reason ?? otherwise) }
  }

  /// Tells, gives the bytes back to their pool, and only then frees the slot, so that who waits for nothing to be under
  /// way finds everything told.
  private func end(_ slot: Int, _ entry: consuming Entry, _ error: TransportError?) {
    teller(entry.record, error, FrameClock.now())
    _ = consume entry
    free(slot)
  }

  private func free(_ slot: Int) {
    state.withLock { $0.sending.told(slot) }
    state.wakeAll()
  }

  /// The client goes on no more.
  func clientEnded(_ cause: RecordSending.Cause, _ reason: TransportError) {
    state.withLock { state in
      if state.sending.phase != .givenUp { state.reason = reason }
      state.sending.clientEnded(cause)
      note(state.sending)
    }
  }

  /// Another client is there.
  /// - Returns: whether it is still wanted.
  func renewed() -> Bool { state.withLock { $0.sending.renewed() } }

  /// The next record that goes out again, and its slot.
  func nextAgain() -> (slot: Int, record: OutgoingRecord)? {
    let next: (Int, OutgoingRecord)? = state.withLock { state in
      defer { note(state.sending) }
      guard let slot = state.sending.nextAgain(), let entry = state.entries[slot].take() else { return nil }
      let record = entry.record
      state.entries[slot] = consume entry
      return (slot, record)
    }
    // New ones may come again.
    if next == nil { state.wakeAll() }
    return next
  }

  // MARK: anyone

  /// Waits until nothing is under way or the deadline passes (monotonic, ns).
  /// - Returns: records still under way.
  func wait(until deadline: Int64) -> Int {
    state.withLock(waitingUntil: { $0.sending.underWay == 0 }, deadline: deadline) { $0.sending.underWay }
  }

  /// Waits until all that was added before this has ended, or nothing is sent any more.
  func waitForThoseBefore() {
    let end = state.withLock { $0.sending.tickets }
    state.withLock(waitingUntil: { $0.sending.oldest >= end || $0.sending.phase == .givenUp }) { _ in }
  }

  /// Takes nothing more and wakes who waits.
  func refuse() {
    state.withLock { $0.sending.refuse() }
    state.wakeAll()
  }

  /// Sends nothing more: what is under way ends undelivered, unless its answer is on its way.
  /// - Parameter reason: what is told of it; `nil` leaves what is known.
  func giveUp(_ reason: TransportError?) {
    state.withLock { state in
      if state.sending.phase != .givenUp, let reason { state.reason = reason }
      state.sending.giveUp()
      note(state.sending)
    }
    state.wakeAll()
  }

  /// Ends everything.
  func close() {
    state.withLock { state in
      state.sending.close()
      note(state.sending)
    }
    state.wakeAll()
  }

  /// Hands over less where answers do not come. Call it a few times a second.
  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - isThrottled: whether the broker said that it holds this client back.
  func keepWindow(_ now: Int64, isThrottled: Bool) {
    state.withLock { state in
      state.window.look(
        now, underWay: state.sending.underWay, acknowledged: state.sending.acknowledged)
      if isThrottled { state.window.isThrottled(now) }
      state.sending.limit = state.window.limit
    }
  }

  /// Whether nothing will be taken any more.
  var isOver: Bool { state.withLock { $0.sending.isOver } }

  /// Whether nothing will be sent any more.
  var hasGivenUp: Bool { state.withLock { $0.sending.phase == .givenUp } }

  /// How often another client took over.
  var renewals: Int { state.withLock { $0.sending.renewals } }

  /// What ``DeliveryWatch`` looks at.
  var counts: (underWay: Int, acknowledged: Int) {
    state.withLock { ($0.sending.underWay, $0.sending.acknowledged) }
  }
}
