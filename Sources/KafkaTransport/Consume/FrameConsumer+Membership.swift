import CRDKafka
public import FrameCore
import Synchronization

extension FrameConsumer {
  /// Sets the positions of a new group, and joins it.
  ///
  /// Retries while brokers do not answer, up to ``Options/searchTimeout``.
  /// - Parameter stop: ends the retries.
  public func start(until stop: StopSignal = StopSignal()) throws(TransportError) {
    let deadline = FrameClock.monotonic() + FrameClock.nanoseconds(options.searchTimeout)
    var isTold = false
    while true {
      do throws(TransportError) { return try join() } catch {
        guard error.mayPass, FrameClock.monotonic() < deadline else { throw error }
        if !isTold { log?(.ours, "\(error); retrying") }
        isTold = true
        guard stop.sleep(until: FrameClock.monotonic() + 500_000_000) else { throw .stopped }
      }
    }
  }

  private func join() throws(TransportError) {
    let all = try client.partitions(of: options.topic, milliseconds: options.answerTimeout)
    polling.withLock { $0.topicPartitions = all.count }
    let start = GroupStart(
      topic: options.topic, group: options.group, start: options.start, rewinds: options.rewinds,
      timeout: options.answerTimeout)
    var own = all
    if case .these(let wanted) = options.partitions {
      if let missing = wanted.first(where: { !all.contains($0) }) {
        throw .partitionMissing(topic: options.topic, partition: missing, partitions: all.count)
      }
      own = wanted
    }
    // A group with members refuses commits of other clients, each second.
    if options.partitions != .shared, options.keepsPositions,
      let members = client.members(of: options.group, milliseconds: options.answerTimeout), members > 0
    {
      throw .groupInUse(group: options.group, members: members, wanted: "--assign")
    }
    let outcome =
      options.keepsPositions
      ? try start.settle(own, client) : GroupStart.Outcome(chosen: try start.chosen(own, client))
    if outcome.canStart {
      log?(
        .ourNotice,
        "group \(options.group) continues at its committed offsets; to begin elsewhere name another with --group, or give --rewind"
      )
    }
    queries.withLock {
      $0 = OffsetQueries(asking, options, chosen: outcome.chosen) { [weak self] in
        self?.reading.withLock { $0.ask() } ?? [:]
      }
    }
    guard options.partitions != .shared else {
      // RD_KAFKA_PARTITION_UA (a cast that Swift does not import): any partition
      let code = PartitionList(options.topic, [-1]).pass { KafkaCode(rd_kafka_subscribe(client.handle, $0)) }
        .result
      guard code == .none else { throw client.failure("reading topic \(options.topic)", code) }
      return
    }
    perform(reading.withLock { $0.assigned(own) })
  }

  /// Commits the positions of done records and leaves the group. Call after the last poll.
  ///
  /// Without a broker librdkafka tries for the whole session time-out; after the deadline it continues in the
  /// background.
  /// - Parameter deadline: the end of the wait, monotonic ns.
  public func close(deadline: Int64 = .max) throws(TransportError) {
    let closed = Monitor<Result<Void, TransportError>?>(nil)
    // Keeps this client until librdkafka has closed it.
    _ = PipelineThread("kafka-close") { [self] in
      let result: Result<Void, TransportError>
      do throws(TransportError) { result = .success(try leave()) } catch { result = .failure(error) }
      closed.withLock { $0 = result }
      closed.wakeAll()
    }
    guard let result = closed.withLock(waitingUntil: { $0 != nil }, deadline: deadline, { $0 }) else {
      throw .notCommitted(group: options.group, broker: client.brokers.servers)
    }
    try result.get()
  }

  private func leave() throws(TransportError) {
    if let queries = queries.withLock({ $0 }) {
      queries.stop()
      // The position of a deleted topic must not be committed.
      take(queries.answers(reading.withLock { $0.ask() }, milliseconds: 2000))
    }
    perform(reading.withLock { $0.close() })
    isClosing.store(true, ordering: .releasing)
    let code = KafkaCode(rd_kafka_consumer_close(client.handle))
    guard code == .none else { throw client.failure("leaving group \(options.group)", code) }
  }
}
