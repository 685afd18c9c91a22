@testable import KafkaTransport

/// What must hold in a world, whatever happens in it.
extension ReadingWorld {
  /// The group's positions never pass a record that is neither answered nor told lost.
  mutating func check() {
    for (partition, position) in committed where toldAnew[partition] ?? 0 >= logs[Int(partition)].life {
      for offset in 0..<min(position, logs[Int(partition)].end) {
        let id = record(partition, offset)
        if !answered.contains(id), !lost.contains(id), !isUntold(id) {
          faults.append("position \(position) is past \(id)")
        }
      }
    }
  }

  /// Deleted before this group ever was there.
  private func isUntold(_ id: RecordID) -> Bool { gone.contains(id) }

  /// Lets sinks and clients do what they do by themselves, until nothing is left.
  mutating func settle() {
    if sinks.isEmpty { take(.join(0)) }
    for _ in 0..<400 {
      // Automatic commits last: what must not be committed has its chance to be.
      var next: Step?
      for (number, sink) in sinks.sorted(by: { $0.key < $1.key }) where next == nil {
        let ready = ready(number, sink)
        next = ready.first { step in
          switch step {
          case .ask: false
          default: true
          }
        }
        if next == nil {
          next = ready.first { step in
            if case .ask = step { !isQuiet(sink) } else { false }
          }
        }
      }
      guard let next else { break }
      take(next)
    }
  }

  /// Whether asking once more can tell a sink nothing new.
  private func isQuiet(_ sink: Sink) -> Bool {
    let reading = sink.reading
    return reading.ask().allSatisfy { partition, question in
      let log = logs[Int(partition)]
      let later = firstLater(partition, question.log.mark?.newest)
      return log.end >= question.log.next && !(later.map { $0 < question.log.mark!.first } ?? false)
        && sink.reading.progress(partition)?.phase == .reading
    }
  }

  /// Whether a topic that is made anew now is known as such by all who read it: not where reading began with the log's
  /// first record and its ends were not asked for since, nor in the moment in which a position is handed over.
  var isRecognisable: Bool {
    sinks.values.allSatisfy { sink in
      // Between a broker's last word and the commit lie milliseconds.
      if sink.reading.isLeavingAnswered { return false }
      return sink.reading.partitions.allSatisfy { partition in
        let progress = sink.reading.progress(partition)!
        return progress.next == 0 || progress.mark?.first ?? 0 > 0
      } && sink.reading.marks.values.allSatisfy { $0.first > 0 }
    }
  }

  /// After ``settle()``: what is in the logs is answered, and the group stands at their ends.
  var whatIsWrong: String? {
    if let fault = faults.first { return fault }
    for (partition, log) in logs.enumerated() {
      for offset in log.start..<log.end {
        let id = record(Int32(partition), offset)
        if !answered.contains(id) { return "never answered: \(id)" }
      }
      if let position = committed[Int32(partition)], position != log.end, log.end > 0 {
        return "the group stands at \(position) of \(log.end) in \(partition)"
      }
    }
    return nil
  }
}
