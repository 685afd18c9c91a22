/// The state of a consumer: its partitions and how far each was read. A value without locks, threads or Kafka:
/// ``FrameConsumer`` owns it, passes events in and carries out the actions returned.
struct GroupReading: Sendable, Hashable {
  /// An action; actions are carried out in the order returned.
  enum Action: Equatable {
    /// Find where these partitions begin, then call ``found(_:search:)``.
    case find([Int32], search: Int)
    /// Read these too.
    case assign([PartitionBeginning])
    /// Read these no more.
    case unassign([Int32])
    /// Fetch nothing of these.
    case pause([Int32])
    case seek(Int32, Int64)
    case store(Int32, Int64)
    /// Commit these positions now, and wait for the brokers' answer.
    case commit([Int32: Int64])
    /// Ask for the ends of the log of these partitions now.
    case ask([Int32])
    case tell(ReadingEvent)
  }

  private struct Reading: Hashable {
    var progress: PartitionProgress
    var assignment: Int
  }

  private var readings: [Int32: Reading] = [:]
  /// Assigned partitions whose beginnings are not found yet.
  private(set) var searched: Set<Int32> = []
  /// Partitions being revoked; given up when all their records in hand are answered.
  private(set) var leaving: [Int32] = []
  /// Marks that identify the logs of partitions read before, for when those are assigned again.
  private(set) var marks: [Int32: PartitionProgress.Mark] = [:]
  /// How often each partition's topic was recreated while this consumer existed.
  private var generations: [Int32: Int] = [:]
  private var searches = 0
  private var assignments = 0

  /// The partitions that are read now.
  var partitions: [Int32] { readings.keys.sorted() }

  /// Whether the group's latest assignment is in effect.
  var isSettled: Bool { searched.isEmpty && leaving.isEmpty }

  /// Returns the progress of a partition.
  func progress(_ partition: Int32) -> PartitionProgress? { readings[partition]?.progress }

  // MARK: what the group decides

  /// Processes an assignment of these partitions to this consumer, perhaps none.
  mutating func assigned(_ partitions: [Int32]) -> [Action] {
    precondition(leaving.isEmpty, "assigned before the previous ones were revoked")
    precondition(partitions.allSatisfy { readings[$0] == nil }, "assigned twice")
    searched.formUnion(partitions)
    searches += 1
    if searched.isEmpty { return [.assign([]), .tell(.assigned([]))] }
    return [.find(searched.sorted(), search: searches)]
  }

  /// Processes the list of all partitions of a topic that is read whole and without a group: new ones are read too.
  mutating func allAre(_ partitions: [Int32]) -> [Action] {
    let new = partitions.filter { readings[$0] == nil && !searched.contains($0) && !leaving.contains($0) }
    return new.isEmpty || !leaving.isEmpty ? [] : assigned(new)
  }

  /// Processes where partitions begin: all that were searched, or some of them.
  /// - Parameter search: the number in the action; results of an earlier search are ignored.
  mutating func found(_ beginnings: [PartitionBeginning], search: Int) -> [Action] {
    guard search == searches, !searched.isEmpty else { return [] }
    let found = Set(beginnings.map(\.partition))
    precondition(!found.isEmpty && found.isSubset(of: searched), "not what was searched")
    // The others have no leader that could return it: they follow later.
    searched.subtract(found)
    for beginning in beginnings { begin(beginning) }
    var actions = [Action.assign(beginnings)]
    // Automatic commits never go backward.
    let anew = beginnings.filter { $0.cause == .recreated }
    if !anew.isEmpty {
      actions.append(.commit([Int32: Int64](uniqueKeysWithValues: anew.map { ($0.partition, $0.offset) })))
    }
    actions.append(.tell(.assigned(beginnings)))
    return actions
  }

  private mutating func begin(_ beginning: PartitionBeginning) {
    assignments += 1
    if beginning.cause == .recreated { generations[beginning.partition, default: 0] += 1 }
    readings[beginning.partition] = Reading(progress: PartitionProgress(beginning), assignment: assignments)
  }

  /// Processes the group's revocation of these partitions.
  /// - Parameter isLost: whether other consumers have them already, so that none of their positions can be committed.
  mutating func revoked(_ partitions: [Int32], isLost: Bool) -> [Action] {
    // The beginnings of the remaining partitions are found by a new search.
    let waiting = searched.intersection(partitions)
    var actions: [Action] = []
    if !waiting.isEmpty {
      searched.subtract(waiting)
      searches += 1
      if !searched.isEmpty { actions.append(.find(searched.sorted(), search: searches)) }
    }
    leaving += partitions.filter { !leaving.contains($0) }
    for partition in partitions { readings[partition]?.progress.leave() }
    if isLost { return actions + giveUp(isLost: true) }
    let read = partitions.filter { readings[$0] != nil }
    if !read.isEmpty { actions += [.pause(read), .ask(read)] }
    return actions + leaveIfAnswered()
  }

  /// Gives up the partitions being revoked when all their records in hand are answered and the brokers have confirmed
  /// their positions.
  mutating func leaveIfAnswered() -> [Action] {
    guard isLeavingAnswered, leaving.allSatisfy({ readings[$0]?.progress.isConfirmed ?? true }) else {
      return []
    }
    return giveUp(isLost: false)
  }

  /// Whether partitions are being revoked and all their records in hand are answered.
  var isLeavingAnswered: Bool {
    !leaving.isEmpty && leaving.allSatisfy { readings[$0]?.progress.isAnswered ?? true }
  }

  /// Gives up the partitions being revoked, answered or not: their next consumer reads unanswered records again.
  mutating func giveUp(isLost: Bool) -> [Action] {
    guard !leaving.isEmpty else { return [] }
    var positions: [Int32: Int64] = [:]
    for partition in leaving {
      guard let reading = readings.removeValue(forKey: partition) else { continue }
      marks[partition] = reading.progress.mark
      if reading.progress.answered != reading.progress.beginning.offset
        || !reading.progress.beginning.lost.isEmpty || reading.progress.restarts > 0
      {
        positions[partition] = reading.progress.answered
      }
    }
    defer { leaving = [] }
    guard !isLost, !positions.isEmpty else { return [.unassign(leaving), .tell(.revoked(leaving))] }
    // Stored too: otherwise the positions stored before would be committed again when the client closes.
    let stores = positions.sorted { $0.key < $1.key }.map { Action.store($0.key, $0.value) }
    return stores + [.commit(positions), .unassign(leaving), .tell(.revoked(leaving))]
  }

  /// Leaves: all partitions are given up with their present positions.
  mutating func close() -> [Action] {
    searched = []
    searches += 1
    leaving = partitions
    return giveUp(isLost: false)
  }

  // MARK: what is read

  /// Processes a fetched record.
  /// - Returns: its place, if it is to be returned to the caller.
  mutating func fetched(_ partition: Int32, _ offset: Int64, timestamp: Int64?) -> (
    place: RecordPlace?, actions: [Action]
  ) {
    guard let at = readings.index(forKey: partition) else { return (nil, []) }
    let (isNext, steps) = readings.values[at].progress.fetched(offset, timestamp: timestamp)
    let place = RecordPlace(
      partition: partition, offset: offset, assignment: readings.values[at].assignment,
      generation: generations[partition] ?? 0)
    return (isNext ? place : nil, steps.isEmpty ? [] : actions(partition, steps))
  }

  /// Marks a record as done: answered and saved, dropped, or refused for good.
  mutating func done(_ place: RecordPlace) {
    guard let at = readings.index(forKey: place.partition), readings.values[at].assignment == place.assignment
    else { return }
    readings.values[at].progress.done(place.offset)
  }

  /// Whether all returned records are done.
  var isAnswered: Bool { readings.values.allSatisfy { $0.progress.isAnswered } }

  /// Returns the positions that were answered since the last call.
  mutating func markStored() -> [Action] {
    partitions.flatMap { partition in
      actions(partition, (readings[partition]?.progress.markStored()).map { [$0] } ?? [])
    }
  }

  /// - Returns: whether the partition is read to its end.
  mutating func reachedEnd(_ partition: Int32, _ offset: Int64) -> (isEnd: Bool, actions: [Action]) {
    guard let at = readings.index(forKey: partition) else { return (false, []) }
    let (isEnd, steps) = readings.values[at].progress.reachedEnd(offset)
    return (isEnd, steps.isEmpty ? [] : actions(partition, steps))
  }

  /// See ``PartitionProgress/positionIsGone()``.
  mutating func positionIsGone(_ partition: Int32) -> [Action] {
    actions(partition, readings[partition]?.progress.positionIsGone() ?? [])
  }

  mutating func cameDamaged(_ partition: Int32, _ reason: String) -> [Action] {
    actions(partition, readings[partition]?.progress.cameDamaged(reason) ?? [])
  }

  /// Returns the questions about the logs of the partitions that are read.
  func ask() -> [Int32: LogQuestion] {
    // A reply from before the last record was answered would be outdated.
    let isFinal = isLeavingAnswered
    return readings.mapValues { reading in
      LogQuestion(
        assignment: reading.assignment,
        log: reading.progress.ask(isFinal: isFinal && reading.progress.phase.isLeaving))
    }
  }

  struct LogQuestion: Sendable, Hashable {
    var assignment: Int
    var log: PartitionProgress.LogQuestion
  }

  /// Processes the brokers' answer about the ends of a log.
  mutating func noteEnds(_ partition: Int32, _ ends: PartitionProgress.LogEnds, assignment: Int) -> [Action] {
    guard readings[partition]?.assignment == assignment else { return [] }
    return actions(partition, readings[partition]?.progress.noteEnds(ends) ?? []) + leaveIfAnswered()
  }

  private mutating func actions(_ partition: Int32, _ steps: [PartitionProgress.Action]) -> [Action] {
    var actions: [Action] = []
    for step in steps {
      switch step {
      case .seek(let offset): actions.append(.seek(partition, offset))
      case .store(let offset): actions.append(.store(partition, offset))
      case .commit(let offset): actions.append(.commit([partition: offset]))
      case .ask: actions.append(.ask([partition]))
      case .lost(let range): actions.append(.tell(.lost(partition, range)))
      case .recreated(let before, let beginning):
        // Records in hand belong to the previous topic: their answers do not count for this one.
        assignments += 1
        generations[partition, default: 0] += 1
        readings[partition]?.assignment = assignments
        actions.append(.tell(.recreated(partition, from: before, beginning: beginning)))
      case .damaged(let offset, let isGivenUp, let reason):
        actions.append(.tell(.damaged(partition, offset, isGivenUp: isGivenUp, reason: reason)))
      }
    }
    return actions
  }
}
