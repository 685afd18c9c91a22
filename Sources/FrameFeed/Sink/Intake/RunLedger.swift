import FrameCore
import FrameLatency
import KafkaTransport

/// The counts of every run: frames received, not received, and answered. A value type; ``SinkTally`` has its lock.
///
/// A run is identified by its feed and id, whatever partitions it uses. Frames that were not received are classified by
/// where they must have been: see ``absences(of:unread:)``.
///
/// The number of runs is bounded. A complete run is merged into the totals when ``EndedRuns/most`` others have
/// ended and it was not touched since; beyond ``maximumRuns`` the least recently touched runs are merged.
struct RunLedger: Sendable {
  private(set) var runs: [RunKey: Run] = [:]
  private(set) var partitions: [Int32: PartitionHistory] = [:]
  /// The topic's number of partitions.
  private(set) var topicPartitions = 0
  /// Totals of the runs that are no longer kept separately.
  private(set) var retired = FrameCounts()
  private(set) var retiredAbsences: [Absence?: Int] = [:]
  private(set) var retiredComplete = 0
  private(set) var retiredOther = 0
  private(set) var rejectedWithoutRun = 0
  private(set) var duplicateOfRetired = 0
  private(set) var ended = EndedRuns()
  private(set) var remembered = RetiredRuns()
  private var touches = 0

  /// The most runs kept separately: run ids are hostile input, and cameras that reconnect make many.
  static let maximumRuns = 10_000
  /// Runs are retired in groups of this size, so that searching for the oldest is rare.
  private static let retiredAtOnce = 1000

  // MARK: partitions

  /// - Parameter count: the topic's number of partitions.
  mutating func assigned(_ beginnings: [PartitionBeginning], of count: Int) {
    for beginning in beginnings {
      let isAnew = beginning.cause == .recreated && partitions[beginning.partition] != nil
      partitions[beginning.partition, default: PartitionHistory()].assigned(beginning)
      if isAnew { close(beginning.partition) }
      topicPartitions = max(topicPartitions, count, Int(beginning.partition) + 1)
    }
  }

  mutating func revoked(_ revoked: [Int32]) {
    for partition in revoked { partitions[partition]?.revoked() }
  }

  /// Reports that records at these offsets were never read.
  mutating func noteLost(_ partition: Int32, _ offsets: Range<Int64>, _ absence: PartitionHistory.Absence) {
    partitions[partition]?.noteLost(offsets, absence)
  }

  mutating func recreated(_ partition: Int32, beginning: Int64) {
    partitions[partition]?.startGeneration(beginning)
    close(partition)
  }

  private mutating func close(_ partition: Int32) {
    for (key, run) in runs where !run.tracker.ended && run.tracker.last?.partition == partition {
      runs[key]?.isClosed = true
    }
  }

  /// Records the receipt of any record.
  /// - Returns: whether this sink received it before.
  mutating func noteReceived(_ place: RecordPlace) -> Bool {
    partitions[place.partition, default: PartitionHistory()].noteReceived(
      place.offset, generation: place.generation)
  }

  // MARK: runs

  /// Records the receipt of a frame.
  /// - Parameter isAgain: whether its record was received before.
  /// - Returns: whether to decode it: true only for its first receipt.
  mutating func noteFrame(_ identity: FrameIdentity, _ place: RecordPlace, isAgain: Bool) -> Bool {
    let key = RunKey(feed: identity.feed, run: identity.run)
    if isAgain, runs[key] == nil {
      duplicateOfRetired += 1
      return false
    }
    // Frames of the deleted topic may still be in the queues.
    let isOfThisGeneration = place.generation == partitions[place.partition]?.generation ?? 0
    let isNew = update(key, place.partition) { run in
      let isNew: Bool
      if let sequence = identity.sequence {
        if isOfThisGeneration { run.isClosed = false }
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

  mutating func noteEnd(_ identity: FrameIdentity, count: Int, _ place: RecordPlace, isAgain: Bool) {
    let key = RunKey(feed: identity.feed, run: identity.run)
    if isAgain, runs[key] == nil { return }
    update(key, place.partition) { $0.tracker.end(count: count, at: FramePassage(place)) }
    look(key)
  }

  /// Records how many frames of a run its source has not sent so far.
  mutating func passedOver(_ identity: FrameIdentity, _ count: Int, _ place: RecordPlace) {
    guard runs[RunKey(feed: identity.feed, run: identity.run)] != nil else { return }
    update(RunKey(feed: identity.feed, run: identity.run), place.partition) {
      $0.passedOver = max($0.passedOver, count)
    }
  }

  /// Records a rejected record: no frame, or a payload that cannot be decoded.
  /// - Parameter arrived: whether ``noteFrame(_:_:isAgain:)`` has counted it.
  mutating func noteRejected(_ identity: FrameIdentity?, _ place: RecordPlace, arrived: Bool) {
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

  /// Records a frame that was dropped because it was too old or a newer one replaced it.
  mutating func noteDropped(_ identity: FrameIdentity, _ partition: Int32) {
    settle(identity, partition, FrameCounts(droppedStale: 1)) { $0.dropped += 1 }
  }

  mutating func noteInferred(_ identity: FrameIdentity, _ partition: Int32) {
    settle(identity, partition, FrameCounts(decoded: 1, inferred: 1)) { run in
      run.decoded += 1
      run.inferred += 1
    }
  }

  /// Records the outcome of a frame that arrived.
  /// - Parameter counts: the same for the totals: with very many runs, the frame's run may have been merged into them.
  private mutating func settle(
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
      // The run comes again; its earlier counts stay in the totals.
      run.tracker = SequenceTracker(seenBelow: covered)
      retiredComplete -= 1
    }
    runs[key] = run
    return runs.index(forKey: key)!  // just made
  }

  // MARK: runs that become sums

  /// Returns whether a run is complete, without rejections, and none of its frames is in flight.
  private func isSettled(_ run: Run) -> Bool {
    run.tracker.isComplete && run.rejected == 0 && run.inHand <= 0
  }

  /// Adds the run to the ended ones if it is settled, and merges those that have waited long enough into the totals.
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

  /// Merges the least recently touched runs into the totals, settled ones first.
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
