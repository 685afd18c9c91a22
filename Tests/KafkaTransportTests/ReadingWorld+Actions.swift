@testable import KafkaTransport

/// What clients do that sinks tell, and what sinks are told.
extension ReadingWorld {
  /// Does what a sink's reading says.
  mutating func perform(_ number: Int, _ body: (inout GroupReading) -> [GroupReading.Action]) {
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

  mutating func note(_ event: ReadingEvent) {
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
