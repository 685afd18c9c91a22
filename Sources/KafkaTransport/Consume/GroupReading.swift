/// What a consumer reads: the partitions it was given and how far each of them was read. A value without locks, threads
/// or Kafka; ``FrameConsumer`` owns it, hands events in and does what comes out.
struct GroupReading: Sendable, Hashable {
  /// What to do, in this order.
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
    /// Make these the group's positions now, and wait for the brokers' word on it.
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
  /// Given, and their beginnings not found yet.
  private(set) var searched: Set<Int32> = []
  /// Taken, and given up once all that is in hand has been answered.
  private(set) var leaving: [Int32] = []
  /// By what the log of a partition that was read before is recognised when it is given again.
  private(set) var marks: [Int32: PartitionProgress.Mark] = [:]
  /// How often each partition's topic was made anew under this consumer.
  private var lives: [Int32: Int] = [:]
  private var searches = 0
  private var assignments = 0

  /// Partitions that are read now.
  var partitions: [Int32] { readings.keys.sorted() }

  /// Whether the group's latest word has been acted upon.
  var isSettled: Bool { searched.isEmpty && leaving.isEmpty }

  /// How far a partition was read.
  func progress(_ partition: Int32) -> PartitionProgress? { readings[partition]?.progress }

  // MARK: what the group decides

  /// The group gives these partitions to this consumer, perhaps none.
  mutating func given(_ partitions: [Int32]) -> [Action] {
    precondition(leaving.isEmpty, "given before the last ones were given up")
    precondition(partitions.allSatisfy { readings[$0] == nil }, "given twice")
    searched.formUnion(partitions)
    searches += 1
    if searched.isEmpty { return [.assign([]), .tell(.assigned([]))] }
    return [.find(searched.sorted(), search: searches)]
  }

  /// These are all partitions of a topic that is read whole and alone: those that are new are read too.
  mutating func allAre(_ partitions: [Int32]) -> [Action] {
    let new = partitions.filter { readings[$0] == nil && !searched.contains($0) && !leaving.contains($0) }
    return new.isEmpty || !leaving.isEmpty ? [] : given(new)
  }

  /// Where partitions begin: all that were searched, or some of them.
  /// - Parameter search: of the action; what an earlier search has found counts no more.
  mutating func found(_ beginnings: [PartitionBeginning], search: Int) -> [Action] {
    guard search == searches, !searched.isEmpty else { return [] }
    let found = Set(beginnings.map(\.partition))
    precondition(!found.isEmpty && found.isSubset(of: searched), "not what was searched")
    // The others have no leader that could say it: they come later.
    searched.subtract(found)
    for beginning in beginnings { begin(beginning) }
    var actions = [Action.assign(beginnings)]
    // Automatic commits never go backward.
    let anew = beginnings.filter { $0.cause == .madeAnew }
    if !anew.isEmpty {
      actions.append(.commit([Int32: Int64](uniqueKeysWithValues: anew.map { ($0.partition, $0.offset) })))
    }
    actions.append(.tell(.assigned(beginnings)))
    return actions
  }

  private mutating func begin(_ beginning: PartitionBeginning) {
    assignments += 1
    if beginning.cause == .madeAnew { lives[beginning.partition, default: 0] += 1 }
    readings[beginning.partition] = Reading(progress: PartitionProgress(beginning), assignment: assignments)
  }

  /// The group takes these partitions.
  /// - Parameter isLost: they are another's already: nothing of them can be committed.
  mutating func taken(_ partitions: [Int32], isLost: Bool) -> [Action] {
    // The beginnings of those that stay are found by a search of their own.
    let given = searched.intersection(partitions)
    var actions: [Action] = []
    if !given.isEmpty {
      searched.subtract(given)
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

  /// Gives up what was taken once all in hand of it has been answered, and the brokers have told that its positions are
  /// good.
  mutating func leaveIfAnswered() -> [Action] {
    guard isLeavingAnswered, leaving.allSatisfy({ readings[$0]?.progress.isConfirmed ?? true }) else {
      return []
    }
    return giveUp(isLost: false)
  }

  /// Whether partitions were taken, and all in hand of them has been answered.
  var isLeavingAnswered: Bool {
    !leaving.isEmpty && leaving.allSatisfy { readings[$0]?.progress.isAnswered ?? true }
  }

  /// Gives up what was taken, answered or not: whoever gets it reads what is not again.
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
    // Marked too: what was marked before would be committed once more when the client closes.
    let stores = positions.sorted { $0.key < $1.key }.map { Action.store($0.key, $0.value) }
    return stores + [.commit(positions), .unassign(leaving), .tell(.revoked(leaving))]
  }

  /// This consumer takes its leave: all partitions are given up as they are.
  mutating func close() -> [Action] {
    searched = []
    searches += 1
    leaving = partitions
    return giveUp(isLost: false)
  }

  // MARK: what is read

  /// A record has come.
  /// - Returns: where it lies, if it is to be handed out.
  mutating func fetched(_ partition: Int32, _ offset: Int64, timestamp: Int64?) -> (
    place: RecordPlace?, actions: [Action]
  ) {
    guard let at = readings.index(forKey: partition) else { return (nil, []) }
    let (isNext, steps) = readings.values[at].progress.fetched(offset, timestamp: timestamp)
    let place = RecordPlace(
      partition: partition, offset: offset, assignment: readings.values[at].assignment,
      life: lives[partition] ?? 0)
    return (isNext ? place : nil, steps.isEmpty ? [] : actions(partition, steps))
  }

  /// A record that was handed out needs no more attention: answered and saved, dropped, or refused for good.
  mutating func done(_ place: RecordPlace) {
    guard let at = readings.index(forKey: place.partition), readings.values[at].assignment == place.assignment
    else { return }
    readings.values[at].progress.done(place.offset)
  }

  /// Whether all that was handed out has been answered.
  var isAnswered: Bool { readings.values.allSatisfy { $0.progress.isAnswered } }

  /// What was answered since the last call.
  mutating func toStore() -> [Action] {
    partitions.flatMap { partition in
      actions(partition, (readings[partition]?.progress.toStore()).map { [$0] } ?? [])
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

  /// What to ask of the partitions that are read.
  func ask() -> [Int32: LogQuestion] {
    // A word from before the last answer would be an old one.
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

  /// The brokers have told a log's ends.
  mutating func told(_ partition: Int32, _ ends: PartitionProgress.LogEnds, assignment: Int) -> [Action] {
    guard readings[partition]?.assignment == assignment else { return [] }
    return actions(partition, readings[partition]?.progress.told(ends) ?? []) + leaveIfAnswered()
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
      case .madeAnew(let before, let beginning):
        // What is in hand is of the topic before: answered, it says nothing of this one.
        assignments += 1
        lives[partition, default: 0] += 1
        readings[partition]?.assignment = assignments
        actions.append(.tell(.madeAnew(partition, from: before, beginning: beginning)))
      case .damaged(let offset, let isGivenUp, let reason):
        actions.append(.tell(.damaged(partition, offset, isGivenUp: isGivenUp, reason: reason)))
      }
    }
    return actions
  }
}

/// What the one who reads must know of, besides records.
public enum ReadingEvent: Sendable, Equatable {
  /// These partitions are read from now on. None, where the group has more consumers than partitions.
  case assigned([PartitionBeginning])
  /// These are read no more.
  case revoked([Int32])
  /// Records at these offsets were deleted before they were read.
  case lost(Int32, Range<Int64>)
  /// The topic was made anew while it was read: it is read from its beginning.
  case madeAnew(Int32, from: Int64, beginning: Int64)
  /// A record came damaged from its broker. It is fetched again, or given up after ``PartitionProgress/tries``.
  case damaged(Int32, Int64, isGivenUp: Bool, reason: String)
}
