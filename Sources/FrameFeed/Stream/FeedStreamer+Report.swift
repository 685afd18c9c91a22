import FrameCodecs
import FrameCore
import FrameLatency
import FrameSources
import KafkaTransport

extension FeedStreamer {
  /// Returns the report of a run.
  /// - Parameters:
  ///   - producer: `nil` if the run was stopped before it connected.
  ///   - end: how it ended.
  func report(
    _ startedWall: Int64, _ started: Int64, _ producer: FrameProducer?, _ end: StreamRun.End
  ) -> RunReport {
    let now = FrameClock.monotonic()
    let settings = producer?.effectiveSettings ?? [:]
    let counts = tally.counts(damaged: options.damaged == .keep, isConfirmed: isConfirmed)
    let payload = tally.payloadBytes.value
    let seconds = Double(now - started) / 1e9
    let first = tally.started.value
    // Rates cover the time in which frames flowed, without the start-up.
    let flowed = first == 0 ? seconds : max(Double(Int(now) - first) / 1e9, 1e-9)
    return RunReport(
      command: "stream", started: RunReport.timestamp(startedWall), durationSeconds: seconds,
      versions: Versions.all, broker: options.kafka.brokers, settings: settings,
      feed: options.feed, codec: options.codec.description, frames: counts,
      bytes: RunReport.Bytes(raw: tally.rawBytes.value, payload: payload),
      rate: RunReport.Rate(
        fps: Double(counts.sent ?? 0) / flowed, megabytesPerSecond: Double(payload) / 1e6 / flowed),
      stages: tally.latency.summaries().byName, oddities: tally.pictures.oddities,
      notes: notes(
        end, renewals: producer?.renewals ?? 0, mayRepeat: settings["enable.idempotence"] != "true"))
  }

  private func notes(_ end: StreamRun.End, renewals: Int, mayRepeat: Bool) -> [String]? {
    var notes: [String] = []
    if options.isEmbedded { notes.append("client path only: librdkafka's in-process cluster, no network") }
    if tally.sent.value > 0, let note = confirmation.note { notes.append(note) }
    if tally.sent.value > 0, mayRepeat {
      notes.append(
        "enable.idempotence=false: a frame that was sent again may be in the topic twice, or after a later one"
      )
    }
    if let failure = end.readFailure {
      notes.append("the source could not be read to its end: \(failure)")
    }
    if let failure = end.sendFailure { notes.append("sending ended before the source did: \(failure)") }
    let undelivered = tally.undelivered
    if undelivered.count > 0 {
      notes.append(
        "\(undelivered.count) frames were sent and never acknowledged (the broker may have them nevertheless): "
          + undelivered.names)
    }
    if tally.refusedByBroker.count > 0 {
      notes.append(
        "\(tally.refusedByBroker.count) frames were refused by the broker, which does not have them: "
          + tally.refusedByBroker.names)
    }
    if undelivered.isEndMissing {
      notes.append("the end of run \(run) was not acknowledged: a sink cannot tell that it is complete")
    }
    notes += unsentNotes(end)
    if renewals > 0 {
      notes.append(
        "the Kafka client was replaced \(renewals == 1 ? "once" : "\(renewals) times"), as the broker no longer knew its producer, or the topic did not exist: unacknowledged records were sent again"
      )
    }
    notes += tally.latency.notes
    return notes.isEmpty ? nil : notes
  }

  /// Returns notes on the frames that were read and not sent.
  private func unsentNotes(_ end: StreamRun.End) -> [String] {
    var notes: [String] = []
    if tally.unsent > 0 {
      let why =
        switch end.ending.halt {
        case .deadline: "the \(options.drainTimeout.fixed(1)) s of --drain-timeout were over"
        case .failure: "nothing more could be sent"
        case nil: "they were lost before they were sent"
        }
      notes.append("\(tally.unsent) frames were captured and not sent: \(why)")
    }
    // The frames of a file can be read again.
    if source.isLive, tally.notDue.value > 0 {
      notes.append(
        "\(tally.notDue.value) frames were read and not yet due when the feed was stopped: not sent")
    }
    return notes
  }

  /// Returns the current counts and rates.
  public func snapshot() -> FeedSnapshot {
    let now = FrameClock.monotonic()
    tally.rotate(at: now)
    let looped = options.loops.flatMap { loops in source.frameCount.map { $0 * loops } }
    let first = tally.started.value
    return FeedSnapshot(
      command: "stream", seconds: first > 0 ? Double(Int(now) - first) / 1e9 : 0,
      frames: tally.counts(damaged: options.damaged == .keep, isConfirmed: isConfirmed),
      bytes: RunReport.Bytes(raw: tally.rawBytes.value, payload: tally.payloadBytes.value),
      total: [looped, options.frames].compactMap { $0 }.min(), latency: tally.latency,
      rates: tally.windowRates)
  }
}
