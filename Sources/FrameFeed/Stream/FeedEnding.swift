/// The states in which a feed ends, for every cause: end of source, source error, failed client, stop, or an expired
/// stop. A value type without threads or Kafka: its methods report events and return the next action.
///
/// ```
/// flowing -> [halt] -> send the run's end -> await the broker's answers -> [abandon] -> over
/// ```
/// The order is always the same: send the frames that were read, send the end with the exact count, wait for all
/// answers.
struct FeedEnding: Sendable, Hashable {
  /// The next action; its result is reported to a method below.
  enum Action: Hashable {
    /// Wait until the sender has ended or the time is over.
    case awaitSender(Patience)
    /// End the stages now and drop the frames they hold, but not those in the client.
    case halt
    /// Wake a sender that waits for a broker; the client accepts nothing more.
    case refuse
    /// Send the record that ends the run.
    case sendEnd(count: Int)
    /// Wait for the broker's last answers until the deadline (monotonic, ns).
    case awaitAnswers(until: Int64)
    /// Give up the records without an answer.
    case abandon
    case finish
  }

  /// How long to wait for the sender.
  enum Patience: Hashable {
    /// Until the drain timeout after a stop; without a stop, without limit.
    case drain
    /// Briefly: it has nothing left to send.
    case moment
    /// Until it ends, which is at once.
    case none
  }

  private enum Phase: Hashable {
    case flowing
    /// `sent` is the number of frames sent, if the sender has ended.
    case halting(sent: Int?)
    case halted
    case refusing
    case refused
    case closing
    case draining
    case abandoning
    case over
  }

  /// Why the stages were ended before all their frames were sent.
  enum Halt: Hashable {
    /// The drain timeout after a stop expired.
    case deadline
    /// Nothing more could be sent.
    case failure
  }

  private var phase = Phase.flowing
  private(set) var halt: Halt?
  /// Whether the client had to refuse records for the stages to end: then no broker can be waited for.
  private(set) var isRefused = false
  /// The number of frames sent, once it is known.
  private(set) var sent: Int?
  /// Whether every record sent has an answer.
  private(set) var isAnswered = true

  /// The first action.
  var first: Action { .awaitSender(.drain) }
  var isOver: Bool { phase == .over }

  /// Reports that the sender has ended.
  /// - Parameters:
  ///   - count: frames sent.
  ///   - hasFailed: whether frames are left in the stages.
  mutating func senderEnded(_ count: Int, hasFailed: Bool) -> Action {
    switch phase {
    case .flowing where hasFailed:
      halt = .failure
      phase = .halting(sent: count)
      return .halt
    case .flowing, .halted, .refused: return close(count)
    default: preconditionFailure("the sender ends when it is not waited for")
    }
  }

  /// Reports that the wait for the sender timed out: the drain timeout after a stop, a moment after a halt.
  mutating func timePassed() -> Action {
    switch phase {
    case .flowing:
      halt = .deadline
      phase = .halting(sent: nil)
      return .halt
    case .halted:
      phase = .refusing
      return .refuse
    default: preconditionFailure("no deadline is set in this phase")
    }
  }

  /// Reports that the stages have ended or are about to, except for a sender that waits for a broker.
  mutating func halted() -> Action {
    guard case .halting(let sent) = phase else { preconditionFailure("nothing was to be halted") }
    if let sent { return close(sent) }
    phase = .halted
    return .awaitSender(.moment)
  }

  /// Reports that the sender was woken.
  mutating func refused() -> Action {
    precondition(phase == .refusing, "nothing was to be refused")
    phase = .refused
    isRefused = true
    return .awaitSender(.none)
  }

  private mutating func close(_ count: Int) -> Action {
    sent = count
    // A run without frames has no records, and so no end record.
    phase = count > 0 ? .closing : .over
    return count > 0 ? .sendEnd(count: count) : .finish
  }

  /// Reports that the end record was sent, or could not be.
  /// - Parameter deadline: the limit for sending it and for awaiting answers; monotonic, ns.
  mutating func endSent(by deadline: Int64) -> Action {
    precondition(phase == .closing, "an end is sent when none is due")
    phase = .draining
    return .awaitAnswers(until: deadline)
  }

  /// Reports the end of the wait for answers.
  /// - Parameter left: records without an answer.
  mutating func answered(left: Int) -> Action {
    precondition(phase == .draining, "answers are counted when none are awaited")
    isAnswered = left == 0
    phase = left == 0 ? .over : .abandoning
    return left == 0 ? .finish : .abandon
  }

  /// Reports that the records without an answer were given up.
  mutating func abandoned() -> Action {
    precondition(phase == .abandoning, "nothing was to be abandoned")
    phase = .over
    return .finish
  }
}
