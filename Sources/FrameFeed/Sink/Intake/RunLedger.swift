import FrameCore
import FrameLatency
import KafkaTransport

/// What is known of every run: what arrived, what did not, and what was made of it. A value; ``SinkTally`` guards it.
///
/// A run is known by its feed and its id, whatever partitions it comes through. Frames that were not received are told
/// apart by where they must have been: see ``absences(of:)``.
///
/// Runs do not add up for ever: one that ended whole becomes a part of sums when ``EndedRuns/patience`` others have
/// ended and it was not touched since, and beyond ``maximumRuns`` those do that were not heard of for longest.
struct RunLedger: Sendable {
  struct RunKey: Hashable, Sendable {
    let feed: String
    let run: String
  }

  struct Run: Sendable {
    var tracker = SequenceTracker()
    var partitions: Set<Int32> = []
    /// Whether its topic was made anew, so that it need not be waited for.
    var isClosed = false
    /// Frames without a number, as other tools send them.
    var unnumbered = 0
    /// Of these, records that came again.
    var unnumberedAgain = 0
    var decoded = 0
    var inferred = 0
    var rejected = 0
    var dropped = 0
    /// Frames that its source did not send, as it has last told.
    var passedOver = 0
    /// Frames to be decoded of which it is not known yet what became.
    var inHand = 0
    /// Whether it is one of ``EndedRuns``.
    var isWaiting = false
    /// When it was last touched: counts up.
    var touched = 0
  }

  private(set) var runs: [RunKey: Run] = [:]
  private(set) var partitions: [Int32: PartitionHistory] = [:]
  /// Partitions of the topic.
  private(set) var topicPartitions = 0
  /// Of runs that are no longer kept apart.
  private(set) var retired = FrameCounts()
  private(set) var retiredAbsences: [Absence?: Int] = [:]
  private(set) var retiredComplete = 0
  private(set) var retiredOther = 0
  private(set) var rejectedWithoutRun = 0
  private(set) var duplicateOfRetired = 0
  private(set) var ended = EndedRuns()
  private(set) var remembered = RetiredRuns()
  private var touches = 0

  /// Runs that are kept apart: run ids are hostile input, and cameras that reconnect make many.
  static let maximumRuns = 10_000
  /// So many are retired at a time, that finding the oldest is rare.
  private static let retiredAtOnce = 1000

  // MARK: partitions

  /// - Parameter count: partitions of the topic.
  mutating func assigned(_ beginnings: [PartitionBeginning], of count: Int) {
    for beginning in beginnings {
      let isAnew = beginning.cause == .madeAnew && partitions[beginning.partition] != nil
      partitions[beginning.partition, default: PartitionHistory()].assigned(beginning)
      if isAnew { close(beginning.partition) }
      topicPartitions = max(topicPartitions, count, Int(beginning.partition) + 1)
    }
  }

  mutating func revoked(_ revoked: [Int32]) {
    for partition in revoked { partitions[partition]?.revoked() }
  }

  /// Records at these offsets were never read.
  mutating func lost(_ partition: Int32, _ offsets: Range<Int64>, _ absence: PartitionHistory.Absence) {
    partitions[partition]?.lost(offsets, absence)
  }

  mutating func madeAnew(_ partition: Int32, beginning: Int64) {
    partitions[partition]?.startLife(beginning)
    close(partition)
  }

  private mutating func close(_ partition: Int32) {
    for (key, run) in runs where !run.tracker.ended && run.tracker.last?.partition == partition {
      runs[key]?.isClosed = true
    }
  }

  /// Takes note of a record, whatever it is.
  /// - Returns: whether this sink had it before.
  mutating func took(_ place: RecordPlace) -> Bool {
    partitions[place.partition, default: PartitionHistory()].took(place.offset, life: place.life)
  }

  // MARK: runs

  /// Takes note of a frame's arrival.
  /// - Parameter isAgain: whether its record was taken before.
  /// - Returns: whether it is to be decoded: not a second time.
  mutating func arrived(_ identity: FrameIdentity, _ place: RecordPlace, isAgain: Bool) -> Bool {
    let key = RunKey(feed: identity.feed, run: identity.run)
    if isAgain, runs[key] == nil {
      duplicateOfRetired += 1
      return false
    }
    // Frames of the topic before may still be on their way.
    let isOfThisLife = place.life == partitions[place.partition]?.life ?? 0
    let isNew = update(key, place.partition) { run in
      let isNew: Bool
      if let sequence = identity.sequence {
        if isOfThisLife { run.isClosed = false }
        isNew = run.tracker.observe(sequence: sequence, at: FramePassage(place)) != .duplicate
      } else {
        isNew = !isAgain
        if isAgain { run.unnumberedAgain += 1 } else { run.unnumbered += 1 }
      }
      if isNew { run.inHand += 1 }
      return isNew
    }
    if !isNew { look(key) }
    return isNew
  }

  mutating func ended(_ identity: FrameIdentity, count: Int, _ place: RecordPlace, isAgain: Bool) {
    let key = RunKey(feed: identity.feed, run: identity.run)
    if isAgain, runs[key] == nil { return }
    update(key, place.partition) { $0.tracker.end(count: count, at: FramePassage(place)) }
    look(key)
  }

  /// Takes note of how many frames of a run its source did not send so far.
  mutating func passedOver(_ identity: FrameIdentity, _ count: Int, _ place: RecordPlace) {
    guard runs[RunKey(feed: identity.feed, run: identity.run)] != nil else { return }
    update(RunKey(feed: identity.feed, run: identity.run), place.partition) {
      $0.passedOver = max($0.passedOver, count)
    }
  }

  /// Takes note of a record that is no frame, or whose payload cannot be decoded.
  /// - Parameter arrived: whether ``arrived(_:_:isAgain:)`` has counted it.
  mutating func rejected(_ identity: FrameIdentity?, _ place: RecordPlace, arrived: Bool) {
    guard let identity else {
      rejectedWithoutRun += 1
      return
    }
    let key = RunKey(feed: identity.feed, run: identity.run)
    if arrived, runs[key] == nil {
      retired = retired + FrameCounts(rejected: 1)
      return
    }
    update(key, place.partition) { run in
      run.rejected += 1
      if arrived { run.inHand -= 1 }
      if !arrived, let sequence = identity.sequence {
        _ = run.tracker.observe(sequence: sequence, at: FramePassage(place))
      }
    }
  }

  /// Takes note of a frame that was dropped for its age, or for a newer one.
  mutating func dropped(_ identity: FrameIdentity, _ partition: Int32) {
    became(identity, partition, FrameCounts(droppedStale: 1)) { $0.dropped += 1 }
  }

  mutating func inferred(_ identity: FrameIdentity, _ partition: Int32) {
    became(identity, partition, FrameCounts(decoded: 1, inferred: 1)) { run in
      run.decoded += 1
      run.inferred += 1
    }
  }

  /// Takes note of what became of a frame that arrived.
  /// - Parameter counts: the same, for the sums: with very many runs its own may have become a part of them.
  private mutating func became(
    _ identity: FrameIdentity, _ partition: Int32, _ counts: @autoclosure () -> FrameCounts,
    _ body: (inout Run) -> Void
  ) {
    let key = RunKey(feed: identity.feed, run: identity.run)
    guard runs[key] != nil else {
      retired = retired + counts()
      return
    }
    let hasEnded = update(key, partition) { run in
      body(&run)
      run.inHand -= 1
      return run.tracker.ended
    }
    if hasEnded { look(key) }
  }

  @discardableResult
  private mutating func update<R>(_ key: RunKey, _ partition: Int32, _ body: (inout Run) -> R) -> R {
    touches += 1
    let at = runs.index(forKey: key) ?? begin(key)
    runs.values[at].touched = touches
    if !runs.values[at].partitions.contains(partition) { runs.values[at].partitions.insert(partition) }
    return body(&runs.values[at])
  }

  private mutating func begin(_ key: RunKey) -> Dictionary<RunKey, Run>.Index {
    if runs.count >= Self.maximumRuns { retireOldest() }
    var run = Run()
    if let covered = remembered.remove(key) {
      // It comes again: what was counted of it stays in the sums.
      run.tracker = SequenceTracker(seenBelow: covered)
      retiredComplete -= 1
    }
    runs[key] = run
    return runs.index(forKey: key)!  // just made
  }

  // MARK: runs that become sums

  /// Whether a run is over with nothing to be said of it, and nothing more comes of its frames.
  private func isSettled(_ run: Run) -> Bool {
    run.tracker.isComplete && run.rejected == 0 && run.inHand <= 0
  }

  /// Looks whether a run is over, and whether others have waited long enough.
  private mutating func look(_ key: RunKey) {
    guard let run = runs[key], !run.isWaiting, isSettled(run) else { return }
    runs[key]?.isWaiting = true
    ended.append(EndedRuns.Waiting(key: key, touched: run.touched))
    while let waiting = ended.popFirst() {
      guard let run = runs[waiting.key] else { continue }
      if !isSettled(run) {
        runs[waiting.key]?.isWaiting = false
      } else if run.touched > waiting.touched {
        ended.append(EndedRuns.Waiting(key: waiting.key, touched: run.touched))
      } else {
        retire(waiting.key, run)
      }
    }
  }

  /// Runs that were not heard of for longest become sums: those that are settled first.
  private mutating func retireOldest() {
    let oldest = runs.map { (key: $0.key, isSettled: isSettled($0.value), touched: $0.value.touched) }.sorted
    {
      $0.isSettled == $1.isSettled ? $0.touched < $1.touched : $0.isSettled
    }.prefix(Self.retiredAtOnce)
    for (key, _, _) in oldest { if let run = runs[key] { retire(key, run) } }
  }

  private mutating func retire(_ key: RunKey, _ run: Run) {
    retired = retired + counts(of: run)
    retiredAbsences.merge(absences(of: run)) { FrameCounts.sum([$0, $1]) ?? 0 }
    if isComplete(run) { retiredComplete += 1 } else { retiredOther += 1 }
    runs[key] = nil
    if isSettled(run) { remembered.insert(key, covered: run.tracker.covered) }
  }
}
