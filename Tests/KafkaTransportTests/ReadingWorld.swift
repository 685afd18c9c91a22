@testable import KafkaTransport

/// A small world to read in: two partitions, a group, sinks with a client each. All that may happen in it are steps of
/// its own; whatever order they come in, no record may be passed over untold.
struct ReadingWorld: Hashable {
  struct RecordID: Hashable {
    var partition: Int32
    var life: Int
    var offset: Int64
  }

  struct Log: Hashable {
    var life = 0
    var start: Int64 = 0
    /// When each record from offset 0 on was written.
    var times: [Int64] = []

    var end: Int64 { Int64(times.count) }
  }

  /// One sink and its client.
  struct Sink: Hashable {
    var reading = GroupReading()
    /// Where the client fetches next, in what it reads.
    var positions: [Int32: Int64] = [:]
    var paused: Set<Int32> = []
    var stored: [Int32: Int64] = [:]
    var inHand: [Held] = []
    var search: Search?
    var asked: [Int32: GroupReading.LogQuestion] = [:]
    /// Which life of each partition it believes to read.
    var lives: [Int32: Int] = [:]

    struct Held: Hashable {
      var place: RecordPlace
      var record: RecordID
    }
    struct Search: Hashable {
      var number: Int
      var partitions: [Int32]
    }
  }

  enum Step: Hashable {
    case produce(Int32)
    case delete(Int32)
    /// The topic is deleted and made again, with so many records in each partition.
    case makeAnew(records: Int)
    case join(Int)
    case leave(Int)
    case kill(Int)
    case find(Int)
    /// Of one partition only: the others have no leader now.
    case findOne(Int, Int32)
    case fetch(Int, Int32)
    case answer(Int, Int)
    case store(Int)
    case autoCommit(Int)
    case ask(Int)
    case tell(Int, Int32)
  }

  var logs: [Log]
  var committed: [Int32: Int64] = [:]
  var sinks: [Int: Sink] = [:]
  /// What the group has given to whom, and who has still to give up what it took.
  var given: [Int: [Int32]] = [:]
  var revoking: Set<Int> = []
  var clock: Int64 = 1

  // What must hold is judged by these.
  var answered: Set<RecordID> = []
  var lost: Set<RecordID> = []
  var gone: Set<RecordID> = []
  var toldAnew: [Int32: Int] = [:]
  var faults: [String] = []

  // So often each may still happen.
  var produces = 2
  var deletes = 1
  var anews = 1
  var joins = 3
  var kills = 1

  init(_ counts: [Int]) {
    logs = counts.map { _ in Log() }
    for (partition, count) in counts.enumerated() { for _ in 0..<count { append(Int32(partition)) } }
  }

  private mutating func append(_ partition: Int32) {
    clock += 1
    logs[Int(partition)].times.append(clock)
  }

  func record(_ partition: Int32, _ offset: Int64) -> RecordID {
    RecordID(partition: partition, life: logs[Int(partition)].life, offset: offset)
  }

  // MARK: what may happen

  var steps: [Step] {
    var steps: [Step] = []
    for partition in logs.indices.map(Int32.init) {
      let log = logs[Int(partition)]
      if produces > 0 { steps.append(.produce(partition)) }
      // Not of a topic that was made anew, which then might begin and end just where the one before was read.
      if deletes > 0, log.start < log.end, log.life == 0 { steps.append(.delete(partition)) }
    }
    // Later than every record that was read, so that it can be known.
    if anews > 0, isRecognisable { steps += [.makeAnew(records: 1), .makeAnew(records: 4)] }
    for number in 0..<2 where sinks[number] == nil && joins > 0 { steps.append(.join(number)) }
    for (number, sink) in sinks.sorted(by: { $0.key < $1.key }) {
      if sinks.count > 1 || kills > 0 { steps.append(.leave(number)) }
      // One that dies before it has noticed leaves a position of the topic before: without topic ids, nobody can know.
      if kills > 0, sink.lives.allSatisfy({ $0.value == logs[Int($0.key)].life }) {
        steps.append(.kill(number))
      }
      if let search = sink.search, search.partitions.count > 1 {
        steps += search.partitions.map { .findOne(number, $0) }
      }
      steps += ready(number, sink)
    }
    return steps
  }

  /// What sinks and clients do by themselves.
  func ready(_ number: Int, _ sink: Sink) -> [Step] {
    var steps: [Step] = []
    if sink.search != nil { steps.append(.find(number)) }
    for (partition, position) in sink.positions.sorted(by: { $0.key < $1.key })
    where !sink.paused.contains(partition) {
      let log = logs[Int(partition)]
      // At the end there is nothing to fetch.
      if position != log.end, sink.reading.progress(partition)?.phase != .astray {
        steps.append(.fetch(number, partition))
      }
    }
    for at in sink.inHand.indices { steps.append(.answer(number, at)) }
    var after = sink.reading
    if !after.markStored().isEmpty { steps.append(.store(number)) }
    if sink.stored.contains(where: { $0.value > committed[$0.key] ?? -1 }) {
      steps.append(.autoCommit(number))
    }
    if sink.asked.isEmpty, !sink.reading.partitions.isEmpty { steps.append(.ask(number)) }
    for partition in sink.asked.keys.sorted() { steps.append(.tell(number, partition)) }
    return steps
  }

  mutating func take(_ step: Step) {
    switch step {
    case .produce(let partition):
      produces -= 1
      append(partition)
    case .delete(let partition):
      deletes -= 1
      let log = logs[Int(partition)]
      for offset in log.start..<log.end - (log.end > 1 ? 1 : 0) { gone.insert(record(partition, offset)) }
      logs[Int(partition)].start = log.end - (log.end > 1 ? 1 : 0)
    case .makeAnew(let records): makeAnew(records)
    case .join(let number):
      joins -= 1
      sinks[number] = Sink()
      rebalance()
    case .leave(let number):
      sinks[number]!.asked = sinks[number]!.reading.ask()
      for partition in sinks[number]!.asked.keys.sorted() { tell(number, partition) }
      perform(number) { $0.close() }
      sinks[number] = nil
      left(number)
    case .kill(let number):
      kills -= 1
      sinks[number] = nil
      left(number)
    case .find(let number): find(number)
    case .findOne(let number, let partition): find(number, partition)
    case .fetch(let number, let partition): fetch(number, partition)
    case .answer(let number, let at):
      let held = sinks[number]!.inHand.remove(at: at)
      answered.insert(held.record)
      perform(number) { reading in
        reading.done(held.place)
        return reading.leaveIfAnswered()
      }
    case .store(let number): perform(number) { $0.markStored() }
    case .autoCommit(let number):
      // librdkafka's never goes backward.
      for (partition, offset) in sinks[number]!.stored where offset > committed[partition] ?? -1 {
        committed[partition] = offset
      }
    case .ask(let number): sinks[number]!.asked = sinks[number]!.reading.ask()
    case .tell(let number, let partition): tell(number, partition)
    }
    check()
  }

  private mutating func makeAnew(_ records: Int) {
    anews -= 1
    for partition in logs.indices.map(Int32.init) {
      let log = logs[Int(partition)]
      for offset in log.start..<log.end { gone.insert(record(partition, offset)) }
      logs[Int(partition)] = Log(life: log.life + 1)
      for _ in 0..<records { append(partition) }
      // Apache Kafka forgets a deleted topic's positions.
      committed[partition] = nil
    }
  }

  private mutating func left(_ number: Int) {
    given[number] = nil
    revoking.remove(number)
    rebalance()
  }

  /// All give up what they have, then it is shared anew.
  private mutating func rebalance() {
    for (number, partitions) in given.sorted(by: { $0.key < $1.key })
    where !partitions.isEmpty && !revoking.contains(number) {
      revoking.insert(number)
      perform(number) { $0.revoked(partitions, isLost: false) }
    }
    share()
  }

  private mutating func share() {
    guard revoking.isEmpty, given.values.allSatisfy(\.isEmpty) else { return }
    let numbers = sinks.keys.sorted()
    guard !numbers.isEmpty else { return }
    for (at, number) in numbers.enumerated() {
      let own = logs.indices.filter { $0 % numbers.count == at }.map(Int32.init)
      given[number] = own
      perform(number) { $0.assigned(own) }
    }
  }

  /// - Parameter one: the only partition that is found; `nil` for all.
  private mutating func find(_ number: Int, _ one: Int32? = nil) {
    guard let search = sinks[number]!.search else { return }
    let found = one.map { [$0] } ?? search.partitions
    let left = search.partitions.filter { !found.contains($0) }
    sinks[number]!.search = left.isEmpty ? nil : .init(number: search.number, partitions: left)
    let marks = sinks[number]!.reading.marks
    let beginnings = found.map { partition in
      let log = logs[Int(partition)]
      var isAnother = false
      if let mark = marks[partition] {
        let later = firstLater(partition, mark.newest)
        isAnother = later.map { $0 < mark.first } ?? false
      }
      return PartitionBeginning(
        partition: partition, committed: committed[partition], chosen: nil, log: log.start..<log.end,
        isAnother: isAnother, asked: clock, firstLater: firstLater(partition, clock))
    }
    perform(number) { $0.found(beginnings, search: search.number) }
  }

  func firstLater(_ partition: Int32, _ newest: Int64?) -> Int64? {
    guard let newest else { return nil }
    let log = logs[Int(partition)]
    return log.times.indices.first { log.times[$0] > newest && Int64($0) >= log.start }.map(Int64.init)
  }

  private mutating func fetch(_ number: Int, _ partition: Int32) {
    let log = logs[Int(partition)]
    let position = sinks[number]!.positions[partition]!
    guard position >= log.start, position < log.end else {
      return perform(number) { $0.positionIsGone(partition) }
    }
    sinks[number]!.positions[partition] = position + 1
    var place: RecordPlace?
    perform(number) { reading in
      let (handed, actions) = reading.fetched(partition, position, timestamp: log.times[Int(position)])
      place = handed
      return actions
    }
    if let place { sinks[number]!.inHand.append(.init(place: place, record: record(partition, position))) }
  }

  mutating func tell(_ number: Int, _ partition: Int32) {
    guard let question = sinks[number]!.asked.removeValue(forKey: partition) else { return }
    let log = logs[Int(partition)]
    let ends = PartitionProgress.LogEnds(
      question: question.log, log: log.start..<log.end,
      firstLater: firstLater(partition, question.log.mark?.newest))
    perform(number) { $0.noteEnds(partition, ends, assignment: question.assignment) }
  }

  /// Does what a sink's reading says.
  private mutating func perform(_ number: Int, _ body: (inout GroupReading) -> [GroupReading.Action]) {
    for action in body(&sinks[number]!.reading) {
      switch action {
      case .find(let partitions, let search):
        sinks[number]!.search = .init(number: search, partitions: partitions)
      case .assign(let beginnings):
        for beginning in beginnings {
          sinks[number]!.positions[beginning.partition] = beginning.offset
          sinks[number]!.paused.remove(beginning.partition)
          sinks[number]!.lives[beginning.partition] = logs[Int(beginning.partition)].life
        }
      case .unassign(let partitions):
        for partition in partitions {
          sinks[number]!.positions[partition] = nil
          sinks[number]!.stored[partition] = nil
          sinks[number]!.asked[partition] = nil
          sinks[number]!.lives[partition] = nil
        }
        given[number]?.removeAll { partitions.contains($0) }
        revoking.remove(number)
        share()
      case .pause(let partitions): sinks[number]!.paused.formUnion(partitions)
      case .seek(let partition, let offset): sinks[number]!.positions[partition] = offset
      case .store(let partition, let offset): sinks[number]!.stored[partition] = offset
      case .commit(let positions): for (partition, offset) in positions { committed[partition] = offset }
      case .ask: break  // it is asked all the time
      case .tell(let event):
        if case .recreated(let partition, _, _) = event {
          sinks[number]!.lives[partition] = logs[Int(partition)].life
        }
        note(event)
      }
    }
  }

  private mutating func note(_ event: ReadingEvent) {
    switch event {
    case .lost(let partition, let offsets): noteLost(partition, offsets)
    case .assigned(let beginnings):
      for beginning in beginnings {
        noteLost(beginning.partition, beginning.lost)
        if beginning.cause == .recreated { toldAnew[beginning.partition, default: 0] += 1 }
      }
    case .recreated(let partition, _, _): toldAnew[partition, default: 0] += 1
    case .revoked, .damaged: break
    }
  }

  private mutating func noteLost(_ partition: Int32, _ offsets: Range<Int64>) {
    for offset in offsets {
      let id = record(partition, offset)
      if !gone.contains(id) { faults.append("told lost and is there: \(id)") }
      lost.insert(id)
    }
  }
}
