import FoundationEssentials
import FrameCodecs
import FrameCore
import FrameLatency
public import FrameSources
import KafkaTransport
import LogLines

/// The source's side: reads frames, lets each go when it is due, encodes it, and sends it to Kafka.
///
/// ```
/// reader -> [read ahead] -> pacer -> [encode queue] -> encoders -> [in order] -> sender -> [in flight] -> acks
/// ```
/// Every queue is bounded. When Kafka is slower than the feed the encode queue fills, and the policy acts there.
/// Whatever ends the feed, it ends in one way: see ``FeedEnding``.
public final class FeedStreamer: Sendable {
  /// Names this run in every record.
  public let run = UUID().uuidString.lowercased()
  let source: any FrameSource
  let options: StreamOptions
  let tally = StreamTally()
  let confirmation: Confirmation
  /// What the user asked for.
  private let stopSignal = StopSignal()
  /// What the stages heed: a stop, and their end.
  private let stagesSignal = StopSignal()
  private let drain: DrainDeadline

  public init(_ source: any FrameSource, _ options: StreamOptions) {
    self.source = source
    self.options = options
    confirmation = Confirmation(options.kafka)
    drain = DrainDeadline(stopSignal, timeout: options.drainTimeout)
  }

  /// Ends the feed: nothing more is read, what is captured is still sent, within the drain timeout.
  public func stop() {
    stopSignal.request()
    stagesSignal.request()
    source.close()
  }

  /// Whether anybody says that frames arrived: not with `acks=0`.
  public var isConfirmed: Bool { confirmation != .none }

  /// Sends the feed. Blocks the calling thread until the end; the stages have threads of their own. Call it once.
  /// - Throws: when nothing was sent, and why. What ended a feed that had begun is in the outcome.
  public func stream() throws(FeedError) -> FeedOutcome {
    defer { source.close() }
    guard !source.isLive || options.loops == 1 else {
      throw .option("\(source.name) is a pipe: it can be read only once; leave out --loop")
    }
    do throws(SourceError) { try source.begin() } catch { throw .source(error) }
    let pace = try pace()
    let startedWall = FrameClock.now()
    let started = FrameClock.monotonic()
    guard let producer = try producer() else {
      // Stopped before it began.
      return outcome(StreamRun.End(), report(startedWall, started, nil, StreamRun.End()))
    }
    defer { producer.close() }
    // Not beside an error that kept all of it from being sent.
    for note in source.notes { options.log.notice("\(source.name): \(note)") }
    let answers = options.sync ? ClockAnswers(options) : nil
    defer { answers?.stop() }
    var run = StreamRun(
      StreamStages(source, options, pace, producer, tally, stagesSignal), producer, options, tally, drain)
    let end = run.run()
    tellUndelivered()
    let report = report(startedWall, started, producer, end)
    if tally.sent.value == 0 {
      if let failure = end.sendFailure { throw failure }
      if let failure = end.readFailure, tally.rejected == 0 { throw failure }
      guard tally.rejected > 0 || stopSignal.isRequested else {
        throw .option("\(source.name) has no frames")
      }
    }
    return outcome(end, report)
  }

  private func outcome(_ end: StreamRun.End, _ report: RunReport) -> FeedOutcome {
    let wasStopped = stopSignal.isRequested
    var failure = end.readFailure ?? end.sendFailure
    // Nothing came through at all: that is more than incomplete.
    if failure == nil, isConfirmed, tally.acknowledged.value == 0, !wasStopped, let error = end.undelivered {
      failure = .transport(error)
    }
    let isDelivered =
      tally.undelivered.count == 0 && tally.refusedByBroker.count == 0 && !tally.undelivered.isEndMissing
      && failure == nil
    let isSent = tally.rejected == 0 && tally.unsent == 0 && isDelivered
    return FeedOutcome(
      report: report, isComplete: isSent && isConfirmed && tally.acknowledged.value == tally.sent.value,
      wasStopped: wasStopped, failure: failure, isUnconfirmed: isSent && !isConfirmed,
      isOpen: tally.sent.value == 0 || tally.undelivered.isEndMissing)
  }

  /// Finds the topic, or makes it, and connects.
  /// - Returns: `nil` when stopped before.
  private func producer() throws(FeedError) -> FrameProducer? {
    let (options, run, tally, stopSignal) = (options, run, tally, stopSignal)
    do throws(TransportError) {
      return try stopSignal.awaiting("kafka-connect") { () throws(TransportError) in
        let topic =
          options.isEmbedded
          ? .embedded
          : try PreparedTopic.find(options.topic, options.kafka, create: options.createTopic, options.log)
        let producer = try FrameProducer(
          options.kafka,
          FrameProducer.Options(
            topic: options.topic, feed: options.feed, run: run,
            maximumRecord: topic.limit ?? SettingsPreset.largestRecord),
          log: kafkaLog(options.log)
        ) { delivery in Self.note(delivery, tally, options) }
        try producer.connect { stopSignal.isRequested }
        return producer
      }
    } catch {
      if case .stopped = error, stopSignal.isRequested { return nil }
      throw .transport(error)
    }
  }

  private static func note(_ delivery: Delivery, _ tally: StreamTally, _ options: StreamOptions) {
    guard let error = delivery.error else {
      guard !delivery.isEnd else { return }
      tally.acknowledged.add()
      // Without confirmation it was only taken off the client's hands.
      guard Confirmation(options.kafka) != .none else { return }
      return tally.latency.record(.acknowledge, nanoseconds: delivery.answered - delivery.sent)
    }
    guard let sequence = delivery.sequence else {
      tally.undelivered.addEnd()
      return options.log.warning("end of run not delivered: \(error)", [.field("feed", options.feed)])
    }
    if delivery.isRefused { tally.refusedByBroker.add(sequence) } else { tally.undelivered.add(sequence) }
    let lines = tally.deliveries.withLock {
      $0.note(sequence, error.kind, "\(error)", FrameClock.monotonic())
    }
    for line in lines {
      options.log.warning(line, [.field("feed", options.feed), .field("sequence", sequence)])
    }
  }

  /// Tells what was withheld of undelivered frames.
  private func tellUndelivered() {
    for line in tally.deliveries.withLock({ $0.due() }) {
      options.log.warning(line, [.field("feed", options.feed)])
    }
  }

  private func pace() throws(FeedError) -> FrameSchedule.Pace {
    switch options.pace {
    case .rate(let rate): return .rate(rate)
    case .asFastAsPossible: return .asFastAsPossible
    case .source where source.hasPresentationTimes: return .presentation
    case .source:
      guard let rate = source.nominalRate else {
        throw .option("\(source.name) has no frame rate of its own; give one: --fps 30")
      }
      return .rate(rate)
    case nil:
      if source.isLive { return .asFastAsPossible }
      if source.hasPresentationTimes { return .presentation }
      return .rate(source.nominalRate ?? 30)
    }
  }
}
