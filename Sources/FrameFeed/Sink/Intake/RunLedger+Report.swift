import FrameCore
import FrameLatency
import KafkaTransport

extension RunLedger {
  typealias Absence = PartitionHistory.Absence

  /// Whether the run was received whole by this group.
  func isComplete(_ run: Run) -> Bool {
    run.tracker.ended && run.rejected == 0
      && absences(of: run).allSatisfy { $0.key == .readElsewhere }
  }

  /// Why frames of a run were not received here, each with how many; `nil` is for no reason that is known: missing.
  ///
  /// A hole lies between two passages. Where records between these were skipped, that is why; where the feed may have
  /// come through partitions that this sink does not read, another does; else the frames are missing.
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

  /// What was skipped between the passages of a hole, the nearest first.
  private func skips(around hole: SequenceTracker.Hole) -> [PartitionHistory.Skip] {
    let before = hole.before
    func skips(_ offsets: Range<Int64>, _ passage: FramePassage) -> [PartitionHistory.Skip] {
      partitions[passage.partition]?.skips(in: offsets, life: passage.life) ?? []
    }
    guard let after = hole.after else { return skips(0..<before.offset, before) }
    guard after.partition == before.partition else {
      return skips(0..<before.offset, before) + skips(after.offset..<Int64.max, after)
    }
    // Between two lives of the topic: whatever lay there went with it.
    guard after.life == before.life else { return [.init(offsets: 0..<Int64.max, absence: .madeAnew)] }
    return after.offset < before.offset ? skips(after.offset + 1..<before.offset, before) : []
  }

  /// Where frames are that lie in no gap of what was read.
  private func elsewhere(
    _ hole: SequenceTracker.Hole, _ run: Run, _ unread: (Int32) -> Bool
  ) -> Absence? {
    // Within one partition a feed is in order: it has other places only if it was seen to move.
    let isWithin = hole.after?.partition == hole.before.partition
    let others =
      isWithin
      ? run.partitions.subtracting([hole.before.partition])
      : Set((0..<Int32(topicPartitions)).filter { $0 != hole.before.partition })
    for partition in others {
      guard let history = partitions[partition], history.isOurs else { return .readElsewhere }
      if unread(partition) { return .afterStop }
    }
    guard hole.after == nil else { return nil }
    // The run began in another partition, before reading did there.
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
      lost: FrameCounts.sum([absences[.deleted], absences[.damaged], absences[.madeAnew]]),
      notRead: FrameCounts.sum([absences[.beforeChoice], absences[.beforeGroup], absences[.afterStop]]),
      notSent: run.passedOver > 0 ? run.passedOver : nil)
  }

  // MARK: what is waited for

  /// Whether any run has been met.
  var hasRuns: Bool { retiredComplete > 0 || runs.keys.contains { !$0.run.isEmpty } }

  /// Whether a run was not seen to end in the partitions that are read here.
  var hasOpen: Bool { runs.contains { isOpen($0.key, $0.value) } }

  private func isOpen(_ key: RunKey, _ run: Run) -> Bool {
    !key.run.isEmpty && !run.tracker.ended && !run.isClosed
      && run.tracker.last.map { partitions[$0.partition]?.isOurs ?? false } ?? false
  }

  /// The first by feed and id of the runs that were not seen to end, and how many there are: for the fetching, which
  /// asks while frames are under way.
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

  /// Runs that were not seen to end, in the partitions that are read here, with the last frame that was.
  var open: [(identity: FrameIdentity, last: Int)] {
    runs.filter { isOpen($0.key, $0.value) }.map { key, run in
      (FrameIdentity(feed: key.feed, run: key.run, sequence: nil), run.tracker.highestSeen ?? -1)
    }.sorted { ($0.identity.feed, $0.identity.run) < ($1.identity.feed, $1.identity.run) }
  }

  // MARK: report

  /// Most runs that a report lists.
  private static let maximumListed = 1000
  /// Most runs that are named in notes.
  private static let maximumNamed = 10

  /// What is reported of all runs.
  struct Summary {
    var totals: FrameCounts
    /// By feed and run; not all, where there are many: those that are not complete first.
    var feeds: [FeedReport]
    /// Whether nothing is missing but what the user chose not to read.
    var isWhole: Bool
    var notes: [String]
  }

  /// - Parameter unread: whether a partition holds records that were not read.
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
        report.reasons = (report.reasons ?? []) + ["its end went with the topic, which was made anew"]
      }
      reports.append((report, run.touched))
    }
    // Records that are gone are counted where they lay, whosever they were.
    totals.lost = FrameCounts.sum([
      Int(clamping: partitions.values.reduce(0) { $0 + $1.lost }), absences[.madeAnew],
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
      notes.append("\(left + retiredComplete + retiredOther) further runs are in the totals alone")
    }
    if closed > 0 { notes.append("\(closed) runs have no end: it went with the topic, which was made anew") }
    notes += (Self.reasons(absences) ?? []).map { "frames \($0)" }
    return Summary(totals: totals, feeds: feeds, isWhole: isWhole, notes: notes)
  }

  /// A line for each reason why frames were not received.
  private static func reasons(_ absences: [Absence?: Int]) -> [String]? {
    let words: [(Absence?, String)] = [
      (nil, "missing %: sent, and never found in the topic"),
      (.deleted, "lost %: deleted from the topic before this group read them; raise its retention"),
      (.damaged, "lost %: they came damaged from their broker each time"),
      (.madeAnew, "lost %: they went with the topic, which was made anew"),
      (.beforeGroup, "notRead %: the topic had dropped them when this group began"),
      (.beforeChoice, "notRead %: before the place that --from chose"),
      (.afterStop, "notRead %: the sink stopped before it came to them"),
    ]
    let lines = words.compactMap { absence, text in
      absences[absence].map { text.replacing("%", with: "\($0)") }
    }
    return lines.isEmpty ? nil : lines
  }

  /// One line for each run without an end.
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
