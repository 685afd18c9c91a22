@testable import KafkaTransport

/// What may happen in a world.
extension ReadingWorld {
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
}
