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
public final class FeedStreamer: Sendable {
  /// Names this run in every record.
  public let run = UUID().uuidString.lowercased()
  private let source: any FrameSource
  private let options: StreamOptions
  private let tally = StreamTally()
  private let stopSignal = StopSignal()
  private let drain: DrainDeadline

  public init(_ source: any FrameSource, _ options: StreamOptions) {
    self.source = source
    self.options = options
    drain = DrainDeadline(stopSignal, timeout: options.drainTimeout)
  }

  /// Ends the feed: nothing more is read, what is captured is still sent.
  public func stop() {
    drain.begin()
    stopSignal.request()
    source.close()
  }

  /// Sends the feed. Blocks the calling thread until the end; the stages have threads of their own.
  public func stream() throws(FeedError) -> FeedOutcome {
    defer { source.close() }
    guard !source.isLive || options.loops == 1 else {
      throw .option("\(source.name) is a pipe: it can be read only once; leave out --loop")
    }
    do throws(SourceError) { try source.begin() } catch { throw .source(error) }
    let pace = try pace()
    let startedWall = FrameClock.now()
    let started = FrameClock.monotonic()
    let producer = try producer()
    defer { producer.close() }
    // Not beside an error that kept all of it from being sent.
    for note in source.notes { options.log.notice("\(source.name): \(note)") }
    let answers = options.sync ? ClockAnswers(options) : nil
    defer { answers?.stop() }
    let stages = StreamStages(source, options, pace, producer, tally, stopSignal, drain)
    let (sent, readError) = try stages.run()
    let undelivered = finish(producer, sent: sent)
    let seconds = Double(FrameClock.monotonic() - started) / 1e9
    var report = report(startedWall, seconds, producer)
    let counts = report.frames
    if let readError {
      guard (counts.sent ?? 0) > 0 || (counts.rejected ?? 0) > 0 else { throw readError }
      report.notes = (report.notes ?? []) + ["the source could not be read to its end: \(readError)"]
    }
    guard (counts.sent ?? 0) > 0 || (counts.rejected ?? 0) > 0 || stopSignal.isRequested else {
      throw .option("\(source.name) has no frames")
    }
    if let error = undelivered, counts.acknowledged == 0, !stopSignal.isRequested { throw .transport(error) }
    return FeedOutcome(
      report: report,
      isComplete: counts.rejected == 0 && counts.acknowledged == counts.sent
        && !tally.undelivered.isEndMissing && readError == nil,
      wasStopped: stopSignal.isRequested, failure: readError)
  }

  private func producer() throws(FeedError) -> FrameProducer {
    do throws(TransportError) {
      let topic =
        options.isEmbedded
        ? .embedded
        : try PreparedTopic.find(options.topic, options.kafka, create: options.createTopic, options.log)
      let tally = tally
      let (log, feed) = (options.log, options.feed)
      let producer = try FrameProducer(
        options.kafka,
        FrameProducer.Options(
          topic: options.topic, feed: options.feed, run: run,
          maximumRecord: topic.limit ?? SettingsPreset.largestRecord),
        log: kafkaLog(log)
      ) { delivery in
        if let error = delivery.error {
          if let sequence = delivery.sequence {
            tally.undelivered.add(sequence)
            log.warning(
              "frame \(sequence) not delivered: \(error)",
              [.field("feed", feed), .field("sequence", sequence)])
          } else {
            tally.undelivered.addEnd()
            log.warning("end of run not delivered: \(error)", [.field("feed", feed)])
          }
        } else if !delivery.isEnd {
          tally.acknowledged.add()
          tally.latency.record(.acknowledge, nanoseconds: delivery.answered - delivery.sent)
        }
      }
      try producer.connect { stopSignal.isRequested }
      return producer
    } catch {
      throw .transport(error)
    }
  }

  /// Sends the end of the run and waits for the broker's last answers.
  /// - Returns: why records are without an answer, if any are.
  private func finish(_ producer: FrameProducer, sent: Int) -> TransportError? {
    guard sent > 0 else { return nil }
    var problem: TransportError?
    let deadline = drain.deadline
    do throws(TransportError) {
      try producer.sendEnd(count: sent, deadline: deadline)
    } catch {
      tally.undelivered.addEnd()
      problem = error
    }
    let left = producer.drain(until: deadline)
    if left > 0 {
      producer.abandon()
      _ = producer.drain(until: FrameClock.monotonic() + 2_000_000_000)
      problem =
        producer.fatalError
        ?? .unreachable(
          broker: options.kafka.brokers,
          reason:
            "no answer for \(left) records within \(FrameClock.nanoseconds(options.drainTimeout) / 1_000_000_000) s"
        )
    }
    return problem
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

  private func report(_ startedWall: Int64, _ seconds: Double, _ producer: FrameProducer) -> RunReport {
    let counts = tally.counts(damaged: options.damaged == .keep)
    let payload = tally.payloadBytes.value
    let first = tally.started.value
    // Rates are over the time frames flowed, not over the start-up.
    let flowed = first == 0 ? seconds : max(Double(Int(FrameClock.monotonic()) - first) / 1e9, 1e-9)
    return RunReport(
      command: "stream", started: RunReport.timestamp(startedWall), durationSeconds: seconds,
      versions: Versions.all, broker: options.kafka.brokers, settings: producer.effectiveSettings,
      feed: options.feed, codec: options.codec.description, frames: counts,
      bytes: RunReport.Bytes(raw: tally.rawBytes.value, payload: payload),
      rate: RunReport.Rate(
        fps: Double(counts.sent ?? 0) / flowed, megabytesPerSecond: Double(payload) / 1e6 / flowed),
      stages: tally.latency.summaries().byName, oddities: tally.pictures.oddities,
      notes: notes(renewals: producer.renewals))
  }

  private func notes(renewals: Int) -> [String]? {
    var notes: [String] = []
    if options.isEmbedded { notes.append("client path only: librdkafka's in-process cluster, no network") }
    let undelivered = tally.undelivered
    if undelivered.count > 0 {
      notes.append(
        "\(undelivered.count) frames were sent and never acknowledged (the broker may have them all the same): "
          + undelivered.names)
    }
    if undelivered.isEndMissing {
      notes.append("the end of run \(run) was not acknowledged: a sink cannot tell that it is complete")
    }
    let unsent = tally.captured.value - tally.dropped.value - tally.sent.value
    if unsent > 0 { notes.append("\(unsent) frames were captured and not sent: the broker did not answer") }
    if source.isLive, tally.notDue.value > 0 {
      notes.append(
        "\(tally.notDue.value) frames were read and not yet due when the feed was stopped: not sent")
    }
    if renewals > 0 {
      notes.append(
        "the broker no longer knew where the producer was, \(renewals) times: what it had not acknowledged was sent again"
      )
    }
    notes += tally.latency.notes
    return notes.isEmpty ? nil : notes
  }

  /// How far the feed is.
  public var progress: FeedProgress {
    var progress = FeedProgress()
    progress.done = tally.acknowledged.value
    progress.entered = tally.sent.value
    progress.dropped = tally.dropped.value
    progress.rejected = tally.rejected.value
    progress.bytes = tally.payloadBytes.value
    let looped = options.loops.flatMap { loops in source.frameCount.map { $0 * loops } }
    progress.total = [looped, options.frames].compactMap { $0 }.min()
    let first = tally.started.value
    if first > 0 { progress.seconds = Double(Int(FrameClock.monotonic()) - first) / 1e9 }
    let acknowledge = tally.latency.summary(.acknowledge)
    progress.p50 = acknowledge?.p50
    progress.p99 = acknowledge?.p99
    return progress
  }
}
