@testable import KafkaTransport

/// A small world to send in: one who sends, one who serves, a client after another. All that may happen in it are steps of
/// its own; whatever order they come in, each record ends once, and those that go out again go in their order.
struct SendingWorld: Hashable {
  enum Step: Hashable {
    // Who sends: a record is added, then the client's word on being handed it.
    case add
    case taken
    case refusedForGood
    case noRoom
    case notTaken
    // The client and the broker.
    case acknowledge(Int)
    case fail(Int)
    case topicMissing(Int)
    case losePlace
    case comeBack(Int)
    case notice
    // Who serves.
    case tell(Int)
    case serve
    case renewed
    case notRenewed
    case again
    case againNotTaken
    // Anyone.
    case refuse
    case abandon
    case close
  }

  private(set) var sending: RecordSending
  private let capacity: Int
  /// What the client has, in the order it was handed.
  private var client: [Int] = []
  private var hasLostPlace = false
  /// What the client gives back without being asked: all it had when it lost its place, and all it had when purged.
  private var returning: Set<Int> = []
  private var handing: Int?
  private var telling: [Int] = []
  private var isRenewing = false
  private(set) var hasStopped = false

  // What must hold is judged by these.
  private var ticketOf: [Int: Int] = [:]
  private var ended: Set<Int> = []
  private var acknowledged: Set<Int> = []
  private var lastHanded = -1
  private var faults: [String] = []

  // So often each may still happen.
  var adds = 3
  var losses = 2
  var failures = 1
  var absences = 1
  var renewalFailures = 1
  var refusals = 1
  var abandons = 1
  var closes = 1

  init(capacity: Int, bytes: Int = 2) {
    sending = RecordSending(records: capacity, bytes: bytes)
    self.capacity = capacity
  }

  /// What may happen.
  var steps: [Step] {
    guard !hasStopped else { return [] }
    var steps = ready
    if adds > 0, handing == nil, sending.hasRoom(for: 1) { steps.append(.add) }
    if handing != nil {
      if failures > 0 { steps.append(.refusedForGood) }
      if sending.phase != .healthy || sending.refuses { steps.append(.noRoom) }
      if !hasLostPlace, absences > 0 { steps.append(.notTaken) }
      // Just when it ends.
      if hasLostPlace { steps.append(.taken) }
    }
    if sending.phase == .resending, !hasLostPlace, absences > 0 { steps.append(.againNotTaken) }
    for slot in client {
      // Who has given up cannot count on a broker.
      if sending.phase == .givenUp, !hasLostPlace, !returning.contains(slot) {
        steps.append(.acknowledge(slot))
      }
      if failures > 0, !hasLostPlace || returning.contains(slot) { steps.append(.fail(slot)) }
      if absences > 0, !hasLostPlace { steps.append(.topicMissing(slot)) }
    }
    if losses > 0, !hasLostPlace, !isRenewing { steps.append(.losePlace) }
    if isRenewing, renewalFailures > 0 { steps.append(.notRenewed) }
    if refusals > 0 { steps.append(.refuse) }
    if abandons > 0 { steps.append(.abandon) }
    if closes > 0 { steps.append(.close) }
    return steps
  }

  /// What the parts do by themselves, sooner or later.
  var ready: [Step] {
    var steps: [Step] = []
    if handing != nil { steps.append(hasLostPlace ? .notTaken : .taken) }
    for slot in client {
      if returning.contains(slot) {
        steps.append(.comeBack(slot))
      } else if !hasLostPlace, sending.phase != .givenUp {
        steps.append(.acknowledge(slot))
      }
    }
    if hasLostPlace, sending.phase == .healthy || sending.phase == .resending, !isRenewing {
      steps.append(.notice)
    }
    steps += telling.map { .tell($0) }
    // Who serves looks all the time; what changes nothing is no step.
    var after = sending
    let step = isRenewing ? nil : after.nextStep()
    var isPurge = false
    if case .purge = step { isPurge = client.contains { !returning.contains($0) } }
    if after != sending || step == .stop || isPurge { steps.append(.serve) }
    if isRenewing { steps.append(.renewed) }
    if sending.phase == .resending { steps.append(hasLostPlace ? .againNotTaken : .again) }
    return steps
  }

  mutating func take(_ step: Step) {
    let hadGivenUp = sending.phase == .givenUp
    perform(step)
    if hadGivenUp, sending.phase != .givenUp { faults.append("it goes on after giving up") }
    if sending.inFlight > capacity { faults.append("above the bound") }
  }

  private mutating func perform(_ step: Step) {
    switch step {
    case .add:
      adds -= 1
      let slot = sending.add(bytes: 1)
      ticketOf[slot] = sending.tickets - 1
      handing = slot
    case .taken: hand(handing!)
    case .refusedForGood:
      failures -= 1
      notTaken(.failed)
    case .noRoom: notTaken(.noRoom)
    case .notTaken:
      if !hasLostPlace { absences -= 1 }
      notTaken(.returned(hasLostPlace ? .lostProducerState : .topicMissing))
    case .acknowledge(let slot): answer(slot, .acknowledged)
    case .fail(let slot):
      failures -= 1
      answer(slot, .failed)
    case .topicMissing(let slot):
      absences -= 1
      answer(slot, .returned(.topicMissing))
    case .losePlace:
      losses -= 1
      hasLostPlace = true
      returning = Set(client)
    case .comeBack(let slot): answer(slot, hasLostPlace ? .returned(.lostProducerState) : .purged)
    case .notice: sending.clientEnded(.lostProducerState)
    case .tell(let slot):
      telling.removeAll { $0 == slot }
      end(slot)
    case .serve: serve()
    case .renewed:
      isRenewing = false
      if sending.renewed() {
        client = []
        hasLostPlace = false
        returning = []
        lastHanded = -1
      }
    case .notRenewed:
      renewalFailures -= 1
      isRenewing = false
      sending.giveUp()
    case .again:
      if let slot = sending.nextAgain() { hand(slot) }
    case .againNotTaken:
      if !hasLostPlace { absences -= 1 }
      if let slot = sending.nextAgain(),
        sending.answered(slot, .returned(hasLostPlace ? .lostProducerState : .topicMissing))
      {
        telling.append(slot)
      }
    case .refuse:
      refusals -= 1
      sending.refuse()
    case .abandon:
      abandons -= 1
      sending.giveUp()
    case .close:
      closes -= 1
      sending.close()
    }
  }

  private mutating func hand(_ slot: Int) {
    handing = handing == slot ? nil : handing
    client.append(slot)
    if let ticket = ticketOf[slot] {
      if ticket < lastHanded { faults.append("\(ticket) goes out behind \(lastHanded)") }
      lastHanded = ticket
    }
  }

  /// The sender is told by being thrown at.
  private mutating func notTaken(_ outcome: RecordSending.Outcome) {
    let slot = handing!
    handing = nil
    guard sending.answered(slot, outcome) else { return }
    if outcome == .noRoom, !sending.isOver { faults.append("thrown away though it goes on") }
    end(slot)
  }

  private mutating func answer(_ slot: Int, _ outcome: RecordSending.Outcome) {
    client.removeAll { $0 == slot }
    returning.remove(slot)
    if outcome == .acknowledged, let ticket = ticketOf[slot] { acknowledged.insert(ticket) }
    guard sending.answered(slot, outcome) else { return }
    if outcome == .purged, sending.phase != .givenUp { faults.append("given up though it goes on") }
    telling.append(slot)
  }

  private mutating func end(_ slot: Int) {
    if let ticket = ticketOf.removeValue(forKey: slot), !ended.insert(ticket).inserted {
      faults.append("\(ticket) is told twice")
    }
    sending.noteReported(slot)
  }

  private mutating func serve() {
    switch sending.nextStep() {
    case .renew: isRenewing = true
    case .end(let slot): telling.append(slot)
    case .purge: returning = Set(client)
    case .stop: hasStopped = true
    case nil: break
    }
  }

  /// Lets everything come to its end: no more faults, then the close.
  mutating func settle() {
    for round in 0..<2 {
      var count = 0
      while let step = ready.first, !hasStopped {
        take(step)
        count += 1
        if count > 500 { return faults.append("it does not come to rest") }
      }
      if round == 0 {
        // All that could be delivered was.
        if sending.phase != .healthy, sending.phase != .givenUp { faults.append("stuck in \(sending.phase)") }
        if sending.inFlight > 0 { faults.append("\(sending.inFlight) are left in flight") }
        sending.close()
      }
    }
    if !hasStopped { faults.append("it does not stop") }
    if ended != Set(0..<sending.tickets) {
      faults.append("untold: \(Set(0..<sending.tickets).subtracting(ended))")
    }
    if !acknowledged.isSubset(of: ended) { faults.append("acknowledged and untold") }
  }

  var whatIsWrong: String? { faults.first }
}
