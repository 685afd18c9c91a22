import FrameCodecs
import FrameCore
import FrameLatency
import KafkaTransport

extension FeedSink {
  func outcome(
    _ end: FetchStage.End, _ startedWall: Int64, _ started: Int64, _ consumer: FrameConsumer, lag: Int?
  ) -> FeedOutcome {
    let report = report(end, startedWall, started, consumer, lag)
    let counts = report.frames
    let cutShort = options.untilEnd && end == .idle
    return FeedOutcome(
      report: report,
      isComplete: counts.missing == 0 && counts.rejected == 0 && tally.ledger.lost == 0 && !cutShort,
      wasStopped: end == .stopped)
  }

  private func report(
    _ end: FetchStage.End, _ startedWall: Int64, _ started: Int64, _ consumer: FrameConsumer, _ lag: Int?
  ) -> RunReport {
    var counts = tally.ledger.totals
    let drops = options.policy == .latest || options.maximumAge != nil
    counts.droppedStale = drops ? tally.stale.value : nil
    counts.damaged = options.damaged == .keep ? tally.pictures.damaged : nil
    let payload = tally.payloadBytes.value
    let first = tally.first.value
    let seconds = Double(FrameClock.monotonic() - started) / 1e9
    // Where nothing was answered there is no last frame.
    let flowed = tally.last.value > first ? Double(tally.last.value - first) / 1e9 : max(seconds, 1e-9)
    let feeds = tally.ledger.reports
    let names = Set(feeds.map(\.feed))
    let clocks = tally.clocks.reports(at: FrameClock.now())
    return RunReport(
      command: "sink", started: RunReport.timestamp(startedWall),
      durationSeconds: seconds, versions: Versions.all,
      broker: options.kafka.brokers, settings: consumer.effectiveSettings,
      feed: names.count == 1 ? names.first : nil, frames: counts,
      bytes: RunReport.Bytes(raw: tally.rawBytes.value, payload: payload),
      rate: RunReport.Rate(
        fps: Double(counts.inferred ?? 0) / flowed, megabytesPerSecond: Double(payload) / 1e6 / flowed),
      stages: tally.latency.summaries().byName, feeds: feeds, lag: lag,
      oddities: tally.pictures.oddities, clocks: clocks,
      notes: notes(end, lag, clocks))
  }

  private func notes(_ end: FetchStage.End, _ lag: Int?, _ clocks: [ClockReport]?) -> [String]? {
    var notes: [String] = []
    if options.isEmbedded { notes.append("client path only: librdkafka's in-process cluster, no network") }
    notes += (clocks ?? []).map { $0.note(isSynchronised: tally.clocks.isSynchronised) }
    let malformed = tally.malformedSync.value
    if malformed > 0 {
      notes.append("\(malformed) records of \(SyncTopic.name(options.topic)) were ignored: malformed")
    }
    let ageUnknown = tally.ageUnknown.value
    if ageUnknown > 0 {
      notes.append(
        "--max-age was not applied to \(ageUnknown) frames: their stamps are of another host's clock")
    }
    let tombstones = tally.tombstones.value
    if tombstones > 0 { notes.append("\(tombstones) records with a null value were skipped") }
    if tally.ledger.lost > 0 {
      notes.append(
        "the topic dropped \(tally.ledger.lost) records before this group read them: raise its retention")
    }
    if end == .idle, options.untilEnd {
      notes.append("nothing came for \(options.idleTimeout ?? 0) s; not every run's end was seen")
      notes += tally.ledger.unendedNotes
    }
    if let lag, lag > 0 {
      notes.append("\(lag) records of the topic are not answered yet: this group reads on there")
    }
    notes += tally.latency.notes
    return notes.isEmpty ? nil : notes
  }

  /// How far the sink is.
  public var progress: FeedProgress {
    var progress = FeedProgress()
    progress.entered = tally.received.value
    progress.done = tally.inferred.value
    progress.dropped = tally.stale.value
    progress.rejected = tally.rejected.value
    progress.behind = offsets.lag
    progress.bytes = tally.payloadBytes.value
    progress.total = options.frames
    let first = tally.first.value
    if first > 0 { progress.seconds = Double(Int(FrameClock.monotonic()) - first) / 1e9 }
    let endToEnd = tally.latency.summary(.endToEnd)
    progress.p50 = endToEnd?.p50
    progress.p99 = endToEnd?.p99
    return progress
  }
}
