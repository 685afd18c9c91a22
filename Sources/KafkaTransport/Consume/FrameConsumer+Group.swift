import CRDKafka
import FrameCore
import Synchronization

/// Carries out the actions of ``GroupReading``, on the polling thread.
extension FrameConsumer {
  /// Processes what has arrived since the last poll.
  /// - Returns: whether there are events or problems to return, whether all assignments are settled, and whether
  ///   ``keepFetching(_:)`` is due.
  func attend() -> (isTold: Bool, isSettled: Bool, isLookDue: Bool) {
    let answers = queries.withLock { $0 }?.takeAnswers() ?? []
    if !answers.isEmpty { take(answers) }
    let now = FrameClock.monotonic()
    let (isDue, isLookDue) = polling.withLock { polling in
      let isDue = now - polling.stored >= Self.storeInterval
      if isDue { polling.stored = now }
      return (isDue, polling.fetchPause?.isDue(now) ?? false)
    }
    if isDue { perform(reading.withLock { $0.markStored() }) }
    let isSettled = reading.withLock { $0.isSettled }
    if !isSettled { giveUpRevoked(now) }
    return (polling.withLock { !$0.problems.isEmpty || !$0.events.isEmpty }, isSettled, isLookDue)
  }

  /// Wakes the client if it has stopped fetching and there is room again, see ``FetchPause``.
  /// - Parameter size: the size of the record that was fetched, bytes.
  func keepFetching(_ size: Int) {
    guard let queued = fetchQueue?.count else { return }
    let wake = polling.withLock { polling in
      let wake = polling.fetchPause?.look(queued: queued, size: size, FrameClock.monotonic())
      if wake != nil { polling.wakes += 1 }
      return wake
    }
    if let wake { fetchQueue?.wake(options.topic, partitions, wake) }
  }

  /// Gives up partitions being revoked when they are answered and confirmed, or their time is over.
  private func giveUpRevoked(_ now: Int64) {
    guard reading.withLock({ !$0.leaving.isEmpty }) else { return }
    let isAnswered = reading.withLock { $0.isLeavingAnswered }
    let (isOver, isConfirmationDue) = polling.withLock { polling in
      guard isAnswered, !polling.isConfirming else { return (now >= polling.leavingEnds, false) }
      polling.isConfirming = true
      // If no broker confirms the position, it is used unconfirmed.
      polling.leavingEnds = min(polling.leavingEnds, now + Self.confirmation)
      return (false, true)
    }
    if isConfirmationDue { queries.withLock { $0 }?.ask() }
    perform(reading.withLock { isOver ? $0.giveUp(isLost: false) : $0.leaveIfAnswered() })
  }

  func take(_ answers: [OffsetQueries.Answer]) {
    for answer in answers {
      switch answer {
      case .found(let beginnings, let search):
        perform(reading.withLock { $0.found(beginnings, search: search) })
      case .trouble(let error): polling.withLock { $0.problems.append(error) }
      case .gaveUp(let error):
        polling.withLock { polling in
          polling.fatal = error
          polling.problems.append(error)
        }
      case .partitions(let all):
        polling.withLock { $0.topicPartitions = all.count }
        perform(reading.withLock { $0.allAre(all) })
      case .log(let partition, let ends, let assignment):
        perform(reading.withLock { $0.noteEnds(partition, ends, assignment: assignment) })
      }
    }
  }

  /// How often answered positions are stored, ns; they are committed once a second.
  static let storeInterval: Int64 = 100_000_000
  /// How long to wait for a broker to confirm a position, ns.
  static let confirmation: Int64 = 3_000_000_000

  // MARK: the group

  /// Called by librdkafka while the client is polled or closed.
  func rebalanced(_ isAssigned: Bool, _ list: PartitionList.Pointer) {
    guard !isClosing.load(ordering: .acquiring) else { return ConsumerAssignment.clear(client.handle, list) }
    let partitions = list.entries.map(\.partition)
    if isAssigned {
      perform(reading.withLock { $0.assigned(partitions) })
    } else {
      polling.withLock {
        $0.leavingEnds = FrameClock.monotonic() + FrameClock.nanoseconds(options.handoverTimeout)
      }
      let isLost = rd_kafka_assignment_lost(client.handle) != 0
      perform(reading.withLock { $0.revoked(partitions, isLost: isLost) })
    }
  }

  /// Called by librdkafka when a commit has succeeded or failed.
  func committed(_ code: KafkaCode) {
    guard code != .none, code != .noOffset else { return }
    let action = GuardedAction.committing(group: options.group, topic: options.topic)
    if let denial = client.denial(action, code) {
      // No later position would be committed either.
      return polling.withLock { polling in
        guard polling.fatal == nil else { return }
        polling.fatal = .denied(denial)
        polling.problems.append(.denied(denial))
      }
    }
    guard polling.withLock({ $0.refused.insert(code.rawValue).inserted }) else { return }
    log?(
      .ours,
      "group \(options.group): positions were not committed, so what was read since is read again by the next start: \(code) (\(code.name))"
    )
  }

  func perform(_ actions: [GroupReading.Action]) {
    for action in actions {
      switch action {
      case .find(let partitions, let search):
        let marks = reading.withLock { $0.marks }
        queries.withLock { $0 }?.search(.init(number: search, partitions: partitions, marks: marks))
      case .assign(let beginnings): assign(beginnings)
      case .unassign(let partitions): unassign(partitions)
      case .pause(let partitions): pause(partitions)
      case .seek(let partition, let offset): seek(partition, offset)
      case .store(let partition, let offset):
        guard options.keepsPositions else { break }
        PartitionList(options.topic, partition, offset: offset).pass {
          rd_kafka_offsets_store(client.handle, $0)
        }
      case .commit(let positions):
        guard options.keepsPositions else { break }
        do throws(TransportError) {
          try client.commit(
            options.topic, positions, group: options.group, milliseconds: options.answerTimeout)
        } catch {
          log?(.ours, "the last positions were not committed, so their records are read again: \(error)")
        }
      case .ask: queries.withLock { $0 }?.ask()
      case .tell(let event): polling.withLock { $0.events.append(event) }
      }
    }
  }

  func assign(_ beginnings: [PartitionBeginning]) {
    var list = PartitionList(options.topic, [])
    for beginning in beginnings { list.add(options.topic, beginning.partition, offset: beginning.offset) }
    // Unless assignments are incremental, each one replaces the whole.
    let isWhole = !ConsumerAssignment.isIncremental(client.handle)
    if isWhole {
      let new = Set(beginnings.map(\.partition))
      let positions = reading.withLock { reading in
        reading.partitions.filter { !new.contains($0) }.compactMap { partition in
          reading.progress(partition).map { (partition, $0.next) }
        }
      }
      for (partition, next) in positions { list.add(options.topic, partition, offset: next) }
    }
    polling.withLock { $0.assigned.formUnion(beginnings.map(\.partition)) }
    report("assigning partitions", ConsumerAssignment.add(client.handle, list))
    // They may have been paused when they were given up, and a new assignment does not end that while something in the
    // client still holds them, such as a commit that is retried.
    resume(beginnings.map(\.partition))
    guard isWhole else { return }
    // A whole assignment has ended the pauses of the other partitions.
    let others = reading.withLock { $0.partitions }.filter { !beginnings.map(\.partition).contains($0) }
    let paused = polling.withLock { polling in
      defer { polling.paused.subtract(others) }
      return others.filter(polling.paused.contains)
    }
    pause(paused)
  }

  func unassign(_ partitions: [Int32]) {
    let known = polling.withLock { polling in
      polling.leavingEnds = .max
      polling.isConfirming = false
      defer { polling.assigned.subtract(partitions) }
      return polling.assigned
    }
    report(
      "revoking partitions",
      ConsumerAssignment.remove(client.handle, options.topic, partitions.filter(known.contains)))
  }

  func report(_ action: String, _ code: KafkaCode) {
    guard code != .none else { return }
    polling.withLock { $0.problems.append(.kafka(action: action, code: code, detail: nil)) }
  }

  func seek(_ partition: Int32, _ offset: Int64) {
    let answer = PartitionList(options.topic, partition, offset: offset).pass { list in
      guard let error = rd_kafka_seek_partitions(client.handle, list, 5000) else { return KafkaCode.none }
      defer { rd_kafka_error_destroy(error) }
      return KafkaCode(rd_kafka_error_code(error))
    }
    if answer.result == .none, answer.entries.allSatisfy({ $0.code == .none }) { return }
    guard restart(partition, offset) != .none else { return }
    perform(reading.withLock { $0.positionIsGone(partition) })
  }

  /// Fetches a partition from an offset by assigning it again: librdkafka 2.0.2 refuses to seek in a partition that it
  /// has stopped for lack of a position.
  func restart(_ partition: Int32, _ offset: Int64) -> KafkaCode {
    var positions = reading.withLock { reading in
      reading.partitions.reduce(into: [Int32: Int64]()) { $0[$1] = reading.progress($1)?.next }
    }
    guard positions[partition] != nil else { return .none }
    positions[partition] = offset
    let paused = polling.withLock { $0.paused }
    let code = ConsumerAssignment.restart(client.handle, options.topic, partition, positions)
    // A new assignment is not paused.
    polling.withLock { $0.paused = [] }
    pause(paused.sorted())
    return code
  }
}
