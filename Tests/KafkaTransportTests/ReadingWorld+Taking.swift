@testable import KafkaTransport

/// What happens in a world: each step changes brokers, group and sinks.
extension ReadingWorld {
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

  mutating func share() {
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
}
