/// How a feed comes to its end, whatever ends it (its source, an error of it, a client that gave up, a stop, a stop
/// whose time is over): a value without threads or Kafka, which is told what happened and says what is to be done.
///
/// ```
/// flowing -> [halt] -> the run's end goes out -> the broker's answers -> [abandon] -> over
/// ```
/// There is one way: what was read goes out, then the end with the true count, then all answers are waited for.
struct FeedEnding: Sendable, Hashable {
  /// What is to be done; then it is told how that went.
  enum Action: Hashable {
    /// Wait until the sender has ended, or the time is over.
    case awaitSender(Patience)
    /// End the stages now: what they hold is dropped. What the client holds is not.
    case halt
    /// Wake a sender that waits for a broker: nothing more is taken.
    case refuse
    /// Send the record that ends the run.
    case sendEnd(count: Int)
    /// Wait for the broker's last answers, until the deadline (monotonic, ns).
    case awaitAnswers(until: Int64)
    /// Give up what has none.
    case abandon
    case finish
  }

  /// How long the sender is waited for.
  enum Patience: Hashable {
    /// Until the time after a stop is over; without a stop for ever.
    case drain
    /// A moment: it has nothing left to send.
    case moment
    /// It ends now.
    case none
  }

  private enum Phase: Hashable {
    case flowing
    /// With what was sent, where the sender has ended.
    case halting(sent: Int?)
    case halted
    case refusing
    case refused
    case closing
    case draining
    case abandoning
    case over
  }

  /// Why the stages were ended before they had sent what they held.
  enum Halt: Hashable {
    /// The time after a stop was over.
    case deadline
    /// Nothing more could be sent.
    case failure
  }

  private var phase = Phase.flowing
  private(set) var halt: Halt?
  /// Whether brokers had to be given up for the stages to end: none of them can be waited for then.
  private(set) var isRefused = false
  /// Frames sent in all, once that is known.
  private(set) var sent: Int?
  /// Whether all that was sent has an answer.
  private(set) var isAnswered = true

  /// What is to be done first.
  var first: Action { .awaitSender(.drain) }
  var isOver: Bool { phase == .over }

  /// The sender has ended.
  /// - Parameters:
  ///   - count: frames sent.
  ///   - hasFailed: whether it left frames in the stages.
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

  /// The time for what is awaited is over: after a stop that of the drain; after a halt a moment.
  mutating func timePassed() -> Action {
    switch phase {
    case .flowing:
      halt = .deadline
      phase = .halting(sent: nil)
      return .halt
    case .halted:
      phase = .refusing
      return .refuse
    default: preconditionFailure("time passes for nothing")
    }
  }

  /// The stages have ended or will at once, but for a sender that waits for a broker.
  mutating func halted() -> Action {
    guard case .halting(let sent) = phase else { preconditionFailure("nothing was to be halted") }
    if let sent { return close(sent) }
    phase = .halted
    return .awaitSender(.moment)
  }

  /// The sender is woken.
  mutating func refused() -> Action {
    precondition(phase == .refusing, "nothing was to be refused")
    phase = .refused
    isRefused = true
    return .awaitSender(.none)
  }

  private mutating func close(_ count: Int) -> Action {
    sent = count
    // A run without frames has no records, and no end.
    phase = count > 0 ? .closing : .over
    return count > 0 ? .sendEnd(count: count) : .finish
  }

  /// The end is handed over, or cannot be.
  /// - Parameter deadline: until when that was tried, and answers are waited for; monotonic ns.
  mutating func endSent(by deadline: Int64) -> Action {
    precondition(phase == .closing, "an end is sent when none is due")
    phase = .draining
    return .awaitAnswers(until: deadline)
  }

  /// - Parameter left: records without an answer.
  mutating func answered(left: Int) -> Action {
    precondition(phase == .draining, "answers are counted when none are awaited")
    isAnswered = left == 0
    phase = left == 0 ? .over : .abandoning
    return left == 0 ? .finish : .abandon
  }

  /// What had no answer is told as not delivered.
  mutating func abandoned() -> Action {
    precondition(phase == .abandoning, "nothing was to be abandoned")
    phase = .over
    return .finish
  }
}
