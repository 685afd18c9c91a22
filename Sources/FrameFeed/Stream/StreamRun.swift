import FrameCore
import KafkaTransport

/// One stream from start to end: starts its stages and executes the actions of ``FeedEnding``.
struct StreamRun {
  private var stages: StreamStages
  private let producer: any FrameSending
  private let options: StreamOptions
  private let tally: StreamTally
  private let drain: DrainDeadline

  /// How it ended.
  struct End: Sendable {
    var ending = FeedEnding()
    /// Why reading failed; frames read before are sent.
    var readFailure: FeedError?
    /// Why sending failed.
    var sendFailure: FeedError?
    /// Why frames, or the end record, have no answer.
    var undelivered: TransportError?
  }

  /// The time in which a sender without frames notices that, ns.
  private static let moment: Int64 = 200_000_000
  /// The least time for a broker's last answers, even when the drain timeout is used up, ns.
  private static let lastAnswers: Int64 = 1_500_000_000
  /// The time in which a client reports the records that were given up, ns.
  private static let finalDrainTime: Int64 = 2_000_000_000

  /// - Parameter drain: the deadline for sending what is in flight.
  init(
    _ stages: StreamStages, _ producer: any FrameSending, _ options: StreamOptions, _ tally: StreamTally,
    _ drain: DrainDeadline
  ) {
    self.stages = stages
    self.producer = producer
    self.options = options
    self.tally = tally
    self.drain = drain
  }

  /// Blocks the calling thread until the end. Call it once.
  mutating func run() -> End {
    var end = End()
    stages.start()
    var action = end.ending.first
    while true {
      switch action {
      case .awaitSender(let patience):
        if let sending = awaitSender(patience) {
          end.sendFailure = sending.failure
          action = end.ending.senderEnded(sending.sent, hasFailed: sending.failure != nil)
        } else {
          action = end.ending.timePassed()
        }
      case .halt:
        stages.halt()
        action = end.ending.halted()
      case .refuse:
        producer.refuse()
        action = end.ending.refused()
      case .sendEnd(let count):
        let deadline = deadline(end.ending)
        do throws(TransportError) {
          try producer.sendEnd(count: count, dropped: tally.passedOver + tally.unsent, deadline: deadline)
        } catch {
          tally.undelivered.addEnd()
          end.undelivered = error
        }
        action = end.ending.endSent(by: deadline)
      case .awaitAnswers(let deadline):
        let left = producer.drain(until: deadline)
        if left > 0 { end.undelivered = unanswered(left) }
        action = end.ending.answered(left: left)
      case .abandon:
        producer.abandon()
        _ = producer.drain(until: FrameClock.monotonic() + Self.finalDrainTime)
        action = end.ending.abandoned()
      case .finish:
        end.readFailure = stages.join()
        return end
      }
    }
  }

  /// - Returns: `nil` when the time is over.
  private func awaitSender(_ patience: FeedEnding.Patience) -> SendStage.Ending? {
    switch patience {
    case .none: return stages.sending(until: .max)
    case .moment: return stages.sending(until: FrameClock.monotonic() + Self.moment)
    case .drain:
      // An unreachable broker must not keep a stopped feed alive.
      while true {
        let now = FrameClock.monotonic()
        tally.rotate(at: now)
        if let sending = stages.sending(until: now + 100_000_000) { return sending }
        if drain.hasBegun, now > drain.deadline { return nil }
      }
    }
  }

  /// Returns the deadline for the broker's answers, monotonic ns.
  private func deadline(_ ending: FeedEnding) -> Int64 {
    // After a refusal the broker is not waited for again.
    guard ending.halt == .deadline, !ending.isRefused else { return drain.deadline }
    return max(drain.deadline, FrameClock.monotonic() + Self.lastAnswers)
  }

  private func unanswered(_ records: Int) -> TransportError {
    let seconds = FrameClock.nanoseconds(options.drainTimeout) / 1_000_000_000
    return producer.fatalError
      ?? .unreachable(
        broker: options.kafka.brokers, reason: "no acknowledgement of \(records) records within \(seconds) s")
  }
}
