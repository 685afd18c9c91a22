/// The state of a producer's records: which of them a client has, which came back without a broker's answer and are to
/// be sent again, and whether a new client is needed for that. A value without locks, threads or Kafka:
/// ``RecordsInFlight`` owns it, ``RenewableSender`` carries out its steps.
///
/// Each record is added once and ended once. Records that came back are sent again in the order in which they were
/// added, by a new client, before any new record.
struct RecordSending: Sendable, Hashable {
  enum Phase: Sendable, Hashable {
    /// The client accepts records.
    case healthy
    /// The client has failed: its records are coming back, and none is added.
    case ending(Cause)
    /// All records have come back, and a new client is being created.
    case renewing
    /// The new client is being given the records that came back.
    case resending
    /// Sending has ended: records that come back are reported as not delivered.
    case givenUp
  }

  /// Why a client failed.
  enum Cause: Sendable, Hashable {
    /// The broker no longer knows this producer's id, epoch or sequence.
    case lostProducerState
    /// The brokers' metadata lacks the topic or its partition.
    case topicMissing
  }

  /// The result that a client reports for a record.
  enum Outcome: Sendable, Hashable {
    case acknowledged
    /// Not delivered, and sending it again would not help.
    case failed
    /// Returned because its client failed; another client may send it.
    case returned(Cause)
    /// Purged from its client, by ``Step/purge(inFlight:)``.
    case purged
    /// The client's queue was full until the deadline.
    case noRoom
  }

  /// The next step for the thread that serves the client.
  enum Step: Sendable, Hashable {
    /// Create a new client, then call ``renewed()`` or ``giveUp()``.
    case renew(Cause)
    /// Report this record as not delivered, then call ``told(_:)``.
    case end(Int)
    /// Purge the client's queued records, and with `inFlight` those that were sent and not answered too.
    case purge(inFlight: Bool)
    /// Every record is reported and none will follow.
    case stop
  }

  private enum SlotState: Hashable {
    case free
    /// A client has it, or is about to get it.
    case out
    /// No client has it.
    case back
    /// Its result is being reported.
    case ending
  }

  private struct Slot: Hashable {
    var state = SlotState.free
    /// The number of the record, counted over all records ever added.
    var ticket = 0
    var bytes = 0
  }

  /// The most clients that may fail in a row without an acknowledged record between them.
  static let maximumFailures = 3

  private(set) var phase = Phase.healthy
  /// Whether new records are refused.
  private(set) var refuses = false
  private var isClosing = false
  private var slots: [Slot]
  private var free: [Int]
  private var bytes = 0
  private let maximumBytes: Int
  /// The most records that may be under way now; at most the number of slots.
  var limit: Int
  private var out = 0
  private var back = 0
  /// The number of records ever added, which is the next one's ticket.
  private(set) var tickets = 0
  /// The number of records ever acknowledged.
  private(set) var acknowledged = 0
  private var failures = 0
  /// The number of times a new client replaced a failed one.
  private(set) var renewals = 0

  init(records: Int, bytes: Int) {
    precondition(records > 0, "no room for a record")
    slots = Array(repeating: Slot(), count: records)
    free = Array((0..<records).reversed())
    maximumBytes = bytes
    limit = records
  }

  /// The number of records added and not ended.
  var inFlight: Int { slots.count - free.count }

  /// Whether no record will be accepted any more.
  var isOver: Bool { refuses || phase == .givenUp }

  /// The ticket of the oldest record under way; that of the next one if none is.
  var oldest: Int {
    inFlight == 0 ? tickets : slots.reduce(tickets) { $1.state == .free ? $0 : min($0, $1.ticket) }
  }

  /// Returns whether a record may be added now. A record above the byte limit is accepted if no other is under way.
  func hasRoom(for more: Int) -> Bool {
    phase == .healthy && !refuses && !free.isEmpty && inFlight < limit
      && (inFlight == 0 || bytes + more <= maximumBytes)
  }

  /// Returns the size of the record in a slot.
  func bytes(of slot: Int) -> Int { slots[slot].bytes }

  /// Adds a record, which the caller gives to the client next.
  /// - Returns: its slot.
  mutating func add(bytes more: Int) -> Int {
    precondition(hasRoom(for: more), "added without room")
    let slot = free.removeLast()
    slots[slot] = Slot(state: .out, ticket: tickets, bytes: more)
    tickets += 1
    bytes += more
    out += 1
    return slot
  }

  /// Processes a client's answer for a record, or that the client did not accept it.
  /// - Returns: whether the record has ended: report it, then call ``told(_:)``. Otherwise it is sent again.
  mutating func answered(_ slot: Int, _ outcome: Outcome) -> Bool {
    precondition(slots[slot].state == .out, "an answer for a record that no client has")
    out -= 1
    slots[slot].state = .ending
    switch (outcome, phase) {
    case (.acknowledged, _):
      acknowledged += 1
      failures = 0
    case (.returned(let cause), .healthy), (.returned(let cause), .ending),
      (.returned(let cause), .resending):
      takeBack(slot)
      clientEnded(cause)
      return false
    // The client ended, not the record.
    case (.noRoom, .ending), (.purged, .ending):
      takeBack(slot)
      return false
    default: break
    }
    return true
  }

  private mutating func takeBack(_ slot: Int) {
    slots[slot].state = .back
    back += 1
  }

  /// Frees the slot of a record whose result has been reported.
  mutating func noteReported(_ slot: Int) {
    precondition(slots[slot].state == .ending, "reported while in flight")
    slots[slot].state = .free
    bytes -= slots[slot].bytes
    free.append(slot)
  }

  /// Notes that the client has failed.
  mutating func clientEnded(_ cause: Cause) {
    switch phase {
    case .healthy, .resending: phase = .ending(cause)
    case .ending, .givenUp: break
    case .renewing: preconditionFailure("there is no client to end")
    }
  }

  /// Returns the next step, if there is one.
  mutating func nextStep() -> Step? {
    // All records must have come back first: only then is their order known.
    if case .ending(let cause) = phase, out == 0 {
      if failures < Self.maximumFailures {
        failures += 1
        phase = .renewing
        return .renew(cause)
      }
      phase = .givenUp
    }
    // A record that reaches a client just as it ends stays there: librdkafka 2.0.2 empties its queue once and then
    // sends nothing.
    if case .ending = phase { return .purge(inFlight: false) }
    guard phase == .givenUp else { return nil }
    if let slot = firstBack {
      back -= 1
      slots[slot].state = .ending
      return .end(slot)
    }
    // Repeated, as a sending thread may be giving the client a record.
    if out > 0 { return .purge(inFlight: true) }
    return isClosing && inFlight == 0 ? .stop : nil
  }

  private var firstBack: Int? {
    back == 0
      ? nil : slots.indices.filter { slots[$0].state == .back }.min { slots[$0].ticket < slots[$1].ticket }
  }

  /// Notes that the new client is ready.
  /// - Returns: whether it is still needed: then give it the records of ``nextAgain()``.
  mutating func renewed() -> Bool {
    guard phase != .givenUp else { return false }
    precondition(phase == .renewing, "no other client was requested")
    renewals += 1
    phase = .resending
    return true
  }

  /// Returns the slot of the next record to send again.
  /// - Returns: `nil` when there is none, or when this client has failed too.
  mutating func nextAgain() -> Int? {
    guard phase == .resending else { return nil }
    guard let slot = firstBack else {
      phase = .healthy
      return nil
    }
    back -= 1
    out += 1
    slots[slot].state = .out
    return slot
  }

  /// Ends sending: records under way end, delivered or not.
  mutating func giveUp() { phase = .givenUp }

  /// Refuses new records. Those under way stay under way.
  mutating func refuse() { refuses = true }

  /// Refuses new records and ends all that are under way.
  mutating func close() {
    refuse()
    giveUp()
    isClosing = true
  }
}
