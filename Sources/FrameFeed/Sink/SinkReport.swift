import FrameCodecs
import FrameCore
import FrameLatency
import KafkaTransport

extension FeedSink {
  /// How reading ended, and the state at that time.
  struct Ending {
    let end: Fetching.End
    let lag: Int?
    /// Partitions with unread records.
    let unread: Set<Int32>
    /// Whether the group has assigned partitions, perhaps none.
    let wasServed: Bool
    /// The start of the sink, ns since the Unix epoch and monotonic.
    let wall: Int64
    let monotonic: Int64

    func with(_ end: Fetching.End) -> Ending {
      Ending(
        end: end, lag: lag, unread: unread, wasServed: wasServed, wall: wall, monotonic: monotonic)
    }
  }

  func outcome(_ ending: Ending, _ consumer: FrameConsumer) -> FeedOutcome {
    logWithheld(tally.rejections.withLock { $0.ended(at: .max) })
    let ledger = tally.ledger.withLock { $0 }
    let summary = ledger.summary { ending.unread.contains($0) }
    // The idle timeout expired with more to read.
    let cutShort = ending.end == .idle && (options.untilEnd || !ending.unread.isEmpty)
    return FeedOutcome(
      report: report(ending, summary, ledger, consumer), isComplete: summary.isWhole && !cutShort,
      wasStopped: ending.end == .stopped)
  }

  private func report(
    _ ending: Ending, _ summary: RunLedger.Summary, _ ledger: RunLedger, _ consumer: FrameConsumer
  ) -> RunReport {
    var counts = summary.totals
    let drops = options.policy == .latest || options.maximumAge != nil
    counts.droppedStale = drops ? tally.stale.value : nil
    counts.damaged = options.damaged == .keep ? tally.pictures.damaged : nil
    let payload = tally.payloadBytes.value
    let first = tally.first.value
    let seconds = Double(FrameClock.monotonic() - ending.monotonic) / 1e9
    // Without any answer there is no last frame.
    let flowed = tally.last.value > first ? Double(tally.last.value - first) / 1e9 : max(seconds, 1e-9)
    let names = Set(summary.feeds.map(\.feed))
    let clocks = tally.clocks.reports(at: FrameClock.now())
    return RunReport(
      command: "sink", started: RunReport.timestamp(ending.wall),
      durationSeconds: seconds, versions: Versions.all,
      broker: options.kafka.brokers, settings: consumer.effectiveSettings,
      feed: names.count == 1 ? names.first : nil, frames: counts,
      bytes: RunReport.Bytes(raw: tally.rawBytes.value, payload: payload),
      rate: RunReport.Rate(
        fps: Double(counts.inferred ?? 0) / flowed, megabytesPerSecond: Double(payload) / 1e6 / flowed),
      stages: tally.latency.summaries().byName, feeds: summary.feeds,
      perFeed: tally.feeds.latencies, lag: ending.lag,
      oddities: tally.pictures.oddities, clocks: clocks,
      notes: notes(ending, summary, ledger, clocks))
  }

  private func notes(
    _ ending: Ending, _ summary: RunLedger.Summary, _ ledger: RunLedger, _ clocks: [ClockReport]?
  ) -> [String]? {
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
    notes += summary.notes
    if ending.end == .idle, options.untilEnd {
      let seconds = options.idleTimeout ?? Double(ReadingEnd.usualIdleTimeout) / 1e9
      notes.append("no record came for \(seconds) s; not every run's end was seen")
      notes += ledger.openNotes
    }
    if ending.end == .idle, !ending.wasServed {
      notes.append("nothing was read: group \(options.group) assigned this sink no partitions")
    }
    if ending.end == .idle, !ending.unread.isEmpty {
      let names = ending.unread.sorted().map(String.init).joined(separator: ", ")
      notes.append("not read to their end: partitions \(names)")
    }
    if let lag = ending.lag, lag > 0 {
      notes.append("\(lag) records of the topic are not answered yet: this group continues there")
    }
    let unkept = tally.unkeptLetters.value
    if unkept > 0 {
      notes.append("\(unkept) rejected records were not kept as dead letters: there were too many")
    }
    notes += tally.feeds.notes
    notes += tally.latency.notes
    return notes.isEmpty ? nil : notes
  }
}
