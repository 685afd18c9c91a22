/// What a producer has under way: which records a client has, which came back without the broker's answer and are to
/// be sent again, and whether another client is wanted for that. A value without locks, threads or Kafka;
/// ``RecordsInFlight`` owns it, ``RenewableSender`` does what it says.
///
/// Each record is added once and ended once. What comes back goes out again in the order it was added, from another
/// client, before anything new.
struct RecordSending: Sendable, Hashable {
  enum Phase: Sendable, Hashable {
    /// A client takes records.
    case healthy
    /// The client goes on no more; its records are coming back, and nothing is added.
    case ending(Cause)
    /// Everything has come back, and another client is being made.
    case renewing
    /// The other client is handed what came back.
    case resending
    /// Nothing is sent any more; what comes back ends undelivered.
    case givenUp
  }

  /// Why a client goes on no more.
  enum Cause: Sendable, Hashable {
    /// The broker no longer knows where this producer was.
    case lostPlace
    /// The brokers' metadata lacks the topic or its partition.
    case topicMissing
  }

  /// What a client said of a record.
  enum Outcome: Sendable, Hashable {
    case acknowledged
    /// It is not delivered, and sending it again would change nothing.
    case failed
    /// It ended with its client; another may send it.
    case returned(Cause)
    /// It was taken from its client, as ``Step/purge(inFlight:)`` says.
    case purged
    /// The client had no room for it, and is waited for no longer.
    case noRoom
  }

  /// What the one who serves the client is to do.
  enum Step: Sendable, Hashable {
    /// Make another client, then call ``renewed()`` or ``giveUp()``.
    case renew(Cause)
    /// Tell that this record is not delivered, then call ``told(_:)``.
    case end(Int)
    /// Take from the client what it has not sent, or what it has sent too and has no answer for.
    case purge(inFlight: Bool)
    /// Everything is told, and nothing will come.
    case stop
  }

  private enum Stand: Hashable {
    case free
    /// A client has it, or is being handed it.
    case out
    /// No client has it.
    case back
    /// Its end is being told.
    case ending
  }

  private struct Slot: Hashable {
    var stand = Stand.free
    /// Of all records ever added, which this is.
    var ticket = 0
    var bytes = 0
  }

  /// Clients in a row that may fail without one record acknowledged between.
  static let maximumFailures = 3

  private(set) var phase = Phase.healthy
  /// Whether nothing more is taken.
  private(set) var refuses = false
  private var isClosing = false
  private var slots: [Slot]
  private var free: [Int]
  private var bytes = 0
  private let maximumBytes: Int
  /// Records that may be under way now; at most as many as there are slots.
  var limit: Int
  private var out = 0
  private var back = 0
  /// Records ever added, which is the next one's ticket.
  private(set) var tickets = 0
  /// Records ever acknowledged.
  private(set) var acknowledged = 0
  private var failures = 0
  /// How often another client took over.
  private(set) var renewals = 0

  init(records: Int, bytes: Int) {
    precondition(records > 0, "no room for a record")
    slots = Array(repeating: Slot(), count: records)
    free = Array((0..<records).reversed())
    maximumBytes = bytes
    limit = records
  }

  /// Records added and not ended.
  var underWay: Int { slots.count - free.count }

  /// Whether nothing will be taken any more.
  var isOver: Bool { refuses || phase == .givenUp }

  /// The ticket of the oldest record under way; that of the next one when there is none.
  var oldest: Int {
    underWay == 0 ? tickets : slots.reduce(tickets) { $1.stand == .free ? $0 : min($0, $1.ticket) }
  }

  /// Whether a record may be added now. One that is larger than all room may be alone.
  func hasRoom(for more: Int) -> Bool {
    phase == .healthy && !refuses && !free.isEmpty && underWay < limit
      && (underWay == 0 || bytes + more <= maximumBytes)
  }

  /// Of the record in a slot.
  func bytes(of slot: Int) -> Int { slots[slot].bytes }

  /// Adds a record, which is handed to the client next.
  /// - Returns: its slot.
  mutating func add(bytes more: Int) -> Int {
    precondition(hasRoom(for: more), "added without room")
    let slot = free.removeLast()
    slots[slot] = Slot(stand: .out, ticket: tickets, bytes: more)
    tickets += 1
    bytes += more
    out += 1
    return slot
  }

  /// A client has answered for a record, or not taken it.
  /// - Returns: whether the record ends with this: tell of it, then call ``told(_:)``. Otherwise it is sent again.
  mutating func answered(_ slot: Int, _ outcome: Outcome) -> Bool {
    precondition(slots[slot].stand == .out, "an answer for what no client has")
    out -= 1
    slots[slot].stand = .ending
    switch (outcome, phase) {
    case (.acknowledged, _):
      acknowledged += 1
      failures = 0
    case (.returned(let cause), .healthy), (.returned(let cause), .ending),
      (.returned(let cause), .resending):
      takeBack(slot)
      clientEnded(cause)
      return false
    // It is the client that ended, not the record.
    case (.noRoom, .ending), (.purged, .ending):
      takeBack(slot)
      return false
    default: break
    }
    return true
  }

  private mutating func takeBack(_ slot: Int) {
    slots[slot].stand = .back
    back += 1
  }

  /// What became of a record has been told: its slot is free.
  mutating func told(_ slot: Int) {
    precondition(slots[slot].stand == .ending, "told of what is under way")
    slots[slot].stand = .free
    bytes -= slots[slot].bytes
    free.append(slot)
  }

  /// The client goes on no more.
  mutating func clientEnded(_ cause: Cause) {
    switch phase {
    case .healthy, .resending: phase = .ending(cause)
    case .ending, .givenUp: break
    case .renewing: preconditionFailure("there is no client to end")
    }
  }

  /// What is to be done now, if anything.
  mutating func step() -> Step? {
    // Each record must have come back first: the order is only known then.
    if case .ending(let cause) = phase, out == 0 {
      if failures < Self.maximumFailures {
        failures += 1
        phase = .renewing
        return .renew(cause)
      }
      phase = .givenUp
    }
    // What reaches a client just when it ends stays there: librdkafka 2.0.2 empties its queue once and then sends nothing.
    if case .ending = phase { return .purge(inFlight: false) }
    guard phase == .givenUp else { return nil }
    if let slot = firstBack {
      back -= 1
      slots[slot].stand = .ending
      return .end(slot)
    }
    // Again and again, as a record may be on its way to the client.
    if out > 0 { return .purge(inFlight: true) }
    return isClosing && underWay == 0 ? .stop : nil
  }

  private var firstBack: Int? {
    back == 0
      ? nil : slots.indices.filter { slots[$0].stand == .back }.min { slots[$0].ticket < slots[$1].ticket }
  }

  /// Another client is there.
  /// - Returns: whether it is still wanted: then hand it what ``nextAgain()`` gives.
  mutating func renewed() -> Bool {
    guard phase != .givenUp else { return false }
    precondition(phase == .renewing, "nobody asked for another client")
    renewals += 1
    phase = .resending
    return true
  }

  /// The next record that goes out again.
  /// - Returns: `nil` when there is none, or this client came to an end too.
  mutating func nextAgain() -> Int? {
    guard phase == .resending else { return nil }
    guard let slot = firstBack else {
      phase = .healthy
      return nil
    }
    back -= 1
    out += 1
    slots[slot].stand = .out
    return slot
  }

  /// Nothing is sent any more: what is under way ends, delivered or not.
  mutating func giveUp() { phase = .givenUp }

  /// Takes nothing more. What is under way stays so.
  mutating func refuse() { refuses = true }

  /// Everything ends now.
  mutating func close() {
    refuse()
    giveUp()
    isClosing = true
  }
}
