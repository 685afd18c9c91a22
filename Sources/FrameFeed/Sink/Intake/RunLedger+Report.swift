import FrameCore
import FrameLatency
import KafkaTransport

extension RunLedger {
  typealias Absence = PartitionHistory.Absence

  /// Returns whether this group received the whole run.
  func isComplete(_ run: Run) -> Bool {
    run.tracker.ended && run.rejected == 0
      && absences(of: run).allSatisfy { $0.key == .readElsewhere }
  }

  /// Returns why frames of a run were not received here, and how many for each reason; `nil` is for no known reason:
  /// missing.
  ///
  /// A hole is between two received frames. If records between them were skipped, that is the reason; if the feed may
  /// have used partitions that this sink does not read, another sink has them; else the frames are missing.
  func absences(of run: Run, unread: (Int32) -> Bool = { _ in false }) -> [Absence?: Int] {
    var absences: [Absence?: Int] = [:]
    func count(_ absence: Absence?, _ frames: Int) {
      guard frames > 0 else { return }
      let (sum, overflow) = absences[absence, default: 0].addingReportingOverflow(frames)
      absences[absence] = overflow ? .max : sum
    }
    for hole in run.tracker.holes {
      var left = hole.numbers.count
      for skip in skips(around: hole) where left > 0 {
        let frames = min(left, skip.offsets.count)
        count(skip.absence, frames)
        left -= frames
      }
      count(elsewhere(hole, run, unread), left)
    }
    count(nil, run.tracker.givenUp)
    return absences
  }

  /// Returns the records skipped between the ends of a hole, the nearest first.
  private func skips(around hole: SequenceTracker.Hole) -> [PartitionHistory.Skip] {
    let next = hole.next
    func skips(_ offsets: Range<Int64>, _ passage: FramePassage) -> [PartitionHistory.Skip] {
      partitions[passage.partition]?.skips(in: offsets, generation: passage.generation) ?? []
    }
    guard let previous = hole.previous else { return skips(0..<next.offset, next) }
    guard previous.partition == next.partition else {
      return skips(0..<next.offset, next) + skips(previous.offset..<Int64.max, previous)
    }
    // Between two generations of the topic: the records were deleted with it.
    guard previous.generation == next.generation else {
      return [.init(offsets: 0..<Int64.max, absence: .recreated)]
    }
    return previous.offset < next.offset ? skips(previous.offset + 1..<next.offset, next) : []
  }

  /// Returns why frames that are in no skipped range are absent.
  private func elsewhere(
    _ hole: SequenceTracker.Hole, _ run: Run, _ unread: (Int32) -> Bool
  ) -> Absence? {
    // Within one partition a feed is in order: others count only if the run was seen there.
    let isWithin = hole.previous?.partition == hole.next.partition
    let others =
      isWithin
      ? run.partitions.subtracting([hole.next.partition])
      : Set((0..<Int32(topicPartitions)).filter { $0 != hole.next.partition })
    for partition in others {
      guard let history = partitions[partition], history.isOurs else { return .readElsewhere }
      if unread(partition) { return .afterStop }
    }
    guard hole.previous == nil else { return nil }
    // The run began in another partition, before this sink's first record there.
    let begun = others.compactMap { partitions[$0]?.absenceBefore }
    return [.readElsewhere, .beforeChoice, .deleted, .beforeGroup].first { begun.contains($0) }
  }

  func counts(of run: Run, unread: (Int32) -> Bool = { _ in false }) -> FrameCounts {
    let absences = absences(of: run, unread: unread)
    return FrameCounts(
      received: run.tracker.received + run.unnumbered, decoded: run.decoded, inferred: run.inferred,
      missing: absences[nil] ?? 0, duplicate: run.tracker.duplicate + run.unnumberedAgain,
      reordered: run.tracker.reordered, droppedStale: run.dropped > 0 ? run.dropped : nil,
      rejected: run.rejected,
      lost: FrameCounts.sum([absences[.deleted], absences[.damaged], absences[.recreated]]),
      notRead: FrameCounts.sum([absences[.beforeChoice], absences[.beforeGroup], absences[.afterStop]]),
      notSent: run.passedOver > 0 ? run.passedOver : nil)
  }

  // MARK: what is waited for

  /// Whether any run was seen.
  var hasRuns: Bool { retiredComplete > 0 || runs.keys.contains { !$0.run.isEmpty } }

  /// Whether a run in this sink's partitions has not ended.
  var hasOpen: Bool { runs.contains { isOpen($0.key, $0.value) } }

  private func isOpen(_ key: RunKey, _ run: Run) -> Bool {
    !key.run.isEmpty && !run.tracker.ended && !run.isClosed
      && run.tracker.last.map { partitions[$0.partition]?.isOurs ?? false } ?? false
  }

  /// The first, by feed and id, of the runs that have not ended, and their number. For the fetching thread, which calls
  /// it while frames are in flight.
  var firstOpen: (run: (identity: FrameIdentity, last: Int), count: Int)? {
    var first: RunKey?
    var count = 0
    for (key, run) in runs where isOpen(key, run) {
      count += 1
      if first.map({ (key.feed, key.run) < ($0.feed, $0.run) }) ?? true { first = key }
    }
    guard let first, let run = runs[first] else { return nil }
    let identity = FrameIdentity(feed: first.feed, run: first.run, sequence: nil)
    return ((identity, run.tracker.highestSeen ?? -1), count)
  }

  /// The runs in this sink's partitions that have not ended, with the last frame seen.
  var open: [(identity: FrameIdentity, last: Int)] {
    runs.filter { isOpen($0.key, $0.value) }.map { key, run in
      (FrameIdentity(feed: key.feed, run: key.run, sequence: nil), run.tracker.highestSeen ?? -1)
    }.sorted { ($0.identity.feed, $0.identity.run) < ($1.identity.feed, $1.identity.run) }
  }

  // MARK: report

  /// The most runs that a report lists.
  private static let maximumListed = 1000
  /// The most runs that notes name.
  private static let maximumNamed = 10

  /// The report's part about runs.
  struct Summary {
    var totals: FrameCounts
    /// Sorted by feed and run. If there are too many, incomplete runs are listed first.
    var feeds: [FeedReport]
    /// Whether no frame is missing, lost, rejected or was deleted before the group began, and no run lost its end with its
    /// topic.
    var isWhole: Bool
    var notes: [String]
  }

  /// - Parameter unread: whether a partition has unread records.
  func summary(unread: (Int32) -> Bool) -> Summary {
    var totals = FrameCounts(
      received: 0, decoded: 0, inferred: 0, missing: 0, duplicate: duplicateOfRetired, reordered: 0,
      rejected: rejectedWithoutRun, lost: 0, notRead: 0)
    totals = totals + retired
    var absences = retiredAbsences
    var closed = 0
    var reports: [(report: FeedReport, touched: Int)] = []
    for (key, run) in runs {
      let own = self.absences(of: run, unread: unread)
      absences.merge(own) { FrameCounts.sum([$0, $1]) ?? 0 }
      let counts = counts(of: run, unread: unread)
      totals = totals + counts
      var report = FeedReport(
        feed: key.feed, run: key.run, frames: counts,
        complete: run.tracker.ended && run.rejected == 0 && own.allSatisfy { $0.key == .readElsewhere })
      report.reasons = Self.reasons(own)
      if run.isClosed, !run.tracker.ended {
        closed += 1
        report.reasons = (report.reasons ?? []) + ["its end was deleted with the topic, which was recreated"]
      }
      reports.append((report, run.touched))
    }
    // Lost records are counted for each partition, as their runs are unknown.
    totals.lost = FrameCounts.sum([
      Int(clamping: partitions.values.reduce(0) { $0 + $1.lost }), absences[.recreated],
    ])
    let left = max(0, reports.count - Self.maximumListed)
    reports.sort { $0.report.complete == $1.report.complete ? $0.touched > $1.touched : $1.report.complete }
    let feeds = reports.prefix(Self.maximumListed).map(\.report).sorted {
      ($0.feed, $0.run) < ($1.feed, $1.run)
    }
    let isWhole =
      totals.missing == 0 && totals.lost == 0 && absences[.beforeGroup] == nil && totals.rejected == 0
      && closed == 0
    var notes: [String] = []
    if left + retiredComplete + retiredOther > 0 {
      notes.append("\(left + retiredComplete + retiredOther) further runs are in the totals only")
    }
    if closed > 0 {
      notes.append("\(closed) runs have no end: it was deleted with the topic, which was recreated")
    }
    notes += (Self.reasons(absences) ?? []).map { "frames \($0)" }
    return Summary(totals: totals, feeds: feeds, isWhole: isWhole, notes: notes)
  }

  /// Returns one line for each reason.
  private static func reasons(_ absences: [Absence?: Int]) -> [String]? {
    let words: [(Absence?, String)] = [
      (nil, "missing %: sent, and never found in the topic"),
      (.deleted, "lost %: deleted from the topic before this group read them; raise its retention"),
      (.damaged, "lost %: they arrived damaged from their broker each time"),
      (.recreated, "lost %: they were deleted with the topic, which was recreated"),
      (.beforeGroup, "notRead %: the topic had deleted them when this group began"),
      (.beforeChoice, "notRead %: before the offset that --from chose"),
      (.afterStop, "notRead %: the sink stopped before it reached them"),
    ]
    let lines = words.compactMap { absence, text in
      absences[absence].map { text.replacing("%", with: "\($0)") }
    }
    return lines.isEmpty ? nil : lines
  }

  /// One line for each run that has not ended.
  var openNotes: [String] {
    let all = open
    var notes = all.prefix(Self.maximumNamed).map { identity, last in
      let place = last < 0 ? "before its first frame" : "after frame \(last)"
      return "run \(identity.run) of feed \(identity.feed) has no end: its source stopped \(place)"
    }
    if all.count > notes.count { notes.append("\(all.count - notes.count) further runs have no end") }
    return notes
  }
}
