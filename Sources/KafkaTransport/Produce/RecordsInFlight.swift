import FrameCore
import Synchronization

/// The records under way, bounded in number and bytes: their memory, kept unchanged until a broker has answered, and
/// their state in ``RecordSending``. The slot number of a record is its opaque in librdkafka.
///
/// Owns the lock; whatever takes time is done outside of it.
final class RecordsInFlight: Sendable {
  /// Called once for each record, on the thread that serves the client; `answered` is in ns since the Unix epoch.
  typealias Teller = @Sendable (OutgoingRecord, TransportError?, _ answered: Int64) -> Void

  private let state: Monitor<State>
  private let teller: Teller
  /// Whether there is nothing to do but wait for answers; read without the lock, written under it.
  private let calm = Atomic(true)

  /// - Parameters:
  ///   - records: the most records under way at a time.
  ///   - bytes: the most payload bytes under way at a time.
  ///   - atFirst: the most records until answers have come, see ``SendWindow``.
  init(records: Int, bytes: Int, atFirst: Int, teller: @escaping Teller) {
    state = Monitor(
      State(records: records, bytes: bytes, window: SendWindow(least: atFirst, most: records)))
    self.teller = teller
  }

  // MARK: who sends

  /// Adds a record, kept until it ends; waits for room.
  /// - Parameters:
  ///   - memory: the memory of the record's bytes.
  ///   - deadline: the end of the wait, monotonic ns.
  /// - Returns: its slot.
  /// - Throws: why records are refused; ``TransportError/stopped`` also when the deadline passes. The record is
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

  /// Waits until a record of this size may be added, or records are refused.
  func awaitRoom(for bytes: Int, _ deadline: Int64) {
    state.withLock(
      waitingUntil: { $0.sending.isOver || $0.sending.hasRoom(for: bytes) }, deadline: deadline
    ) { _ in }
  }

  /// Waits for room in librdkafka's queue: until an answer has come, or 5 ms, as the room appears shortly after the
  /// answer.
  /// - Returns: whether to try again.
  func waitForRoom(_ deadline: Int64) -> Bool {
    let now = FrameClock.monotonic()
    let before = state.withLock { $0.sending.inFlight }
    return state.withLock(
      waitingUntil: { $0.sending.phase != .healthy || $0.sending.refuses || $0.sending.inFlight < before },
      deadline: min(deadline, now + 5_000_000)
    ) { $0.sending.phase == .healthy && !$0.sending.refuses && now < deadline }
  }

  /// Notes that a client did not accept a record.
  /// - Returns: whether the record has ended, without a report; otherwise it is sent again.
  func notTaken(_ slot: Int, _ outcome: RecordSending.Outcome) -> Bool {
    // The bytes are returned to their pool outside of the lock.
    let entry = take(slot, outcome)
    guard let entry else { return false }
    _ = consume entry
    free(slot)
    return true
  }

  // MARK: who serves the client

  /// Processes a client's answer for a record: reports the result, or keeps the record for the next client.
  func answered(
    _ slot: Int, _ outcome: RecordSending.Outcome, _ error: @autoclosure () -> TransportError?
  ) {
    let entry = take(slot, outcome)
    guard let entry else { return }
    // The reason why sending ended is more informative than that the record was purged.
    let reason = outcome == .purged ? state.withLock { $0.reason } : nil
    end(slot, entry, reason ?? error())
  }

  /// - Returns: the record that ends; `nil` if it is sent again.
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

  /// Returns the next step, if there is one.
  func nextStep() -> RecordSending.Step? {
    let (before, after, step) = state.withLock { state in
      let before = state.sending.phase
      let step = state.sending.nextStep()
      note(state.sending)
      return (before, state.sending.phase, step)
    }
    // Threads that wait for room will get none.
    if after == .givenUp, before != .givenUp { state.wakeAll() }
    return step
  }

  /// Ends a record that no client has, as not delivered.
  func end(_ slot: Int, _ otherwise: TransportError) {
    let entry = state.withLock { $0.entries[slot].take() }
    let reason = state.withLock { $0.reason }
    if let entry { end(slot, entry, reason ?? otherwise) }
  }

  /// Reports the result, returns the bytes to their pool, and only then frees the slot, so that every record is
  /// reported when ``wait(until:)`` returns 0.
  private func end(_ slot: Int, _ entry: consuming Entry, _ error: TransportError?) {
    teller(entry.record, error, FrameClock.now())
    _ = consume entry
    free(slot)
  }

  private func free(_ slot: Int) {
    state.withLock { $0.sending.noteReported(slot) }
    state.wakeAll()
  }

  /// Notes that the client has failed.
  func clientEnded(_ cause: RecordSending.Cause, _ reason: TransportError) {
    state.withLock { state in
      if state.sending.phase != .givenUp { state.reason = reason }
      state.sending.clientEnded(cause)
      note(state.sending)
    }
  }

  /// Notes that the new client is ready.
  /// - Returns: whether it is still needed.
  func renewed() -> Bool { state.withLock { $0.sending.renewed() } }

  /// Returns the next record to send again, and its slot.
  func nextAgain() -> (slot: Int, record: OutgoingRecord)? {
    let next: (Int, OutgoingRecord)? = state.withLock { state in
      defer { note(state.sending) }
      guard let slot = state.sending.nextAgain(), let entry = state.entries[slot].take() else { return nil }
      let record = entry.record
      state.entries[slot] = consume entry
      return (slot, record)
    }
    // New records may be added again.
    if next == nil { state.wakeAll() }
    return next
  }

  // MARK: anyone

  /// Waits until no record is under way or the deadline passes (monotonic, ns).
  /// - Returns: the number of records still under way.
  func wait(until deadline: Int64) -> Int {
    state.withLock(waitingUntil: { $0.sending.inFlight == 0 }, deadline: deadline) { $0.sending.inFlight }
  }

  /// Waits until every record added before this call has ended, or sending has ended.
  func waitForThoseBefore() {
    let end = state.withLock { $0.sending.tickets }
    state.withLock(waitingUntil: { $0.sending.oldest >= end || $0.sending.phase == .givenUp }) { _ in }
  }

  /// Refuses new records and wakes threads that wait.
  func refuse() {
    state.withLock { $0.sending.refuse() }
    state.wakeAll()
  }

  /// Ends sending: records under way end as not delivered, unless their answer is on its way.
  /// - Parameter reason: the error to report for them; `nil` keeps the one already known.
  func giveUp(_ reason: TransportError?) {
    state.withLock { state in
      if state.sending.phase != .givenUp, let reason { state.reason = reason }
      state.sending.giveUp()
      note(state.sending)
    }
    state.wakeAll()
  }

  /// Refuses new records and ends all that are under way.
  func close() {
    state.withLock { state in
      state.sending.close()
      note(state.sending)
    }
    state.wakeAll()
  }

  /// Lowers the limit while answers do not come. Call it a few times a second.
  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - isThrottled: whether the broker reports that it throttles this client.
  func keepWindow(_ now: Int64, isThrottled: Bool) {
    state.withLock { state in
      state.window.look(
        now, inFlight: state.sending.inFlight, acknowledged: state.sending.acknowledged)
      if isThrottled { state.window.noteThrottled(now) }
      state.sending.limit = state.window.limit
    }
  }

  /// Whether no record will be accepted any more.
  var isOver: Bool { state.withLock { $0.sending.isOver } }

  /// Whether sending has ended.
  var hasGivenUp: Bool { state.withLock { $0.sending.phase == .givenUp } }

  /// The number of times a new client replaced a failed one.
  var renewals: Int { state.withLock { $0.sending.renewals } }

  /// The counts that ``DeliveryWatch`` checks.
  var counts: (inFlight: Int, acknowledged: Int) {
    state.withLock { ($0.sending.inFlight, $0.sending.acknowledged) }
  }
}
