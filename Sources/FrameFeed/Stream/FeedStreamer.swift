import FoundationEssentials
import FrameCodecs
import FrameCore
import FrameLatency
public import FrameSources
import KafkaTransport
import LogLines

/// The sending side: reads frames, releases each when it is due, encodes it, and sends it to Kafka.
///
/// ```
/// reader -> [read ahead] -> pacer -> [encode queue] -> encoders -> [in order] -> sender -> [in flight] -> acks
/// ```
/// Every queue is bounded. When Kafka is slower than the feed, the encode queue fills and its policy applies. For how
/// the feed ends see ``FeedEnding``.
public final class FeedStreamer: Sendable {
  /// The identifier of this run, in every record.
  public let run = UUID().uuidString.lowercased()
  let source: any FrameSource
  let options: StreamOptions
  let tally = StreamTally()
  let confirmation: Confirmation
  /// Requested by the user.
  private let stopSignal = StopSignal()
  /// Observed by the stages: requested by a stop, and when the stages are ended.
  private let stagesSignal = StopSignal()
  private let drain: DrainDeadline

  public init(_ source: any FrameSource, _ options: StreamOptions) {
    self.source = source
    self.options = options
    confirmation = Confirmation(options.kafka)
    drain = DrainDeadline(stopSignal, timeout: options.drainTimeout)
  }

  /// Stops the feed: no more is read; frames already captured are sent, within the drain timeout.
  public func stop() {
    stopSignal.request()
    stagesSignal.request()
    source.close()
  }

  /// Whether the broker acknowledges frames: false with `acks=0`.
  public var isConfirmed: Bool { confirmation != .none }

  /// Sends the feed. Blocks the calling thread until the end; the stages run on their own threads. Call it once.
  /// - Throws: when no frame was sent. If the feed had started, the error is in the outcome.
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
      // Stopped before the start.
      return outcome(StreamRun.End(), report(startedWall, started, nil, StreamRun.End()))
    }
    defer { producer.close() }
    // Not logged if an error prevents the start.
    for note in source.notes { options.log.notice("\(source.name): \(note)") }
    let answers = options.sync ? ClockAnswers(options) : nil
    defer { answers?.stop() }
    var run = StreamRun(
      StreamStages(source, options, pace, producer, tally, stagesSignal), producer, options, tally, drain)
    let end = run.run()
    logUndelivered()
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
    // No frame was acknowledged: that is a failure, not an incomplete run.
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

  /// Finds or creates the topic, and connects.
  /// - Returns: `nil` if stopped before that.
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
      // Without acknowledgements the report only means that the client released the record.
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

  /// Logs the counts of undelivered frames that were held back.
  private func logUndelivered() {
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
