import CRDKafka
import FrameCore

/// The offsets of a topic's records, and a group's lag.
extension TopicAdmin {
  /// Returns the lag of a group, by partition.
  public func lag(_ topic: String, group: String) throws(TransportError) -> [PartitionLag] {
    let layout = try partitions(of: topic)
    // A client that sees open transactions asks for what is stored, one that reads as sinks do for what is readable.
    // The end comes first: records added meanwhile must not look like a transaction.
    let storing = try asking("read_uncommitted", group: group)
    let reading = try asking(settings.value("isolation.level") ?? "read_committed")
    let committed = try committed(topic, group: group, layout.map(\.number), storing)
    var inquiry = OffsetInquiry(topic, layout)
    let beginnings = inquiry.ask(storing, RD_KAFKA_OFFSET_BEGINNING)
    let ends = inquiry.ask(storing, RD_KAFKA_OFFSET_END)
    let readable = inquiry.ask(reading, RD_KAFKA_OFFSET_END)
    return layout.map { part in
      PartitionLag(
        partition: part.number, beginning: beginnings[part.number], end: ends[part.number],
        readable: readable[part.number], committed: committed[part.number] ?? .failure(.stopped),
        problem: inquiry.problems[part.number])
    }
  }

  /// Returns the first offset kept in each partition and the offset after the last record stored; for unknown ones the
  /// reason.
  public func extents(
    of topic: String, _ layout: [TopicPartition]
  ) throws(TransportError) -> (extents: [Int32: Range<Int64>], problems: [Int32: String]) {
    let storing = try asking("read_uncommitted")
    var inquiry = OffsetInquiry(topic, layout)
    let beginnings = inquiry.ask(storing, RD_KAFKA_OFFSET_BEGINNING)
    let ends = inquiry.ask(storing, RD_KAFKA_OFFSET_END)
    let extents = ends.reduce(into: [Int32: Range<Int64>]()) { extents, end in
      if let low = beginnings[end.key] { extents[end.key] = low..<max(low, end.value) }
    }
    return (extents, inquiry.problems)
  }

  /// Creates a client that asks for offsets, and for the positions of a group.
  private func asking(_ isolation: String, group: String? = nil) throws(TransportError) -> KafkaClient {
    var own = settings
    own.set("isolation.level", isolation)
    if settings.value("group.id") != nil || group != nil { own.set("group.id", group ?? "") }
    return try KafkaClient(RD_KAFKA_CONSUMER, own, preset: [], events: ClientEvents(log: nil), reads: false)
  }

  /// Returns a group's committed position in each partition; `nil` inside for none yet.
  ///
  /// Asked with short time-outs: the reason why the group's coordinator is not found, such as a missing right, is in
  /// the client's own queue, and `rd_kafka_committed` waits for its time-out all the same. Not by
  /// `rd_kafka_ListConsumerGroupOffsets`, which in librdkafka 2.0.2 is a segmentation fault where there is no
  /// coordinator yet.
  private func committed(
    _ topic: String, group: String, _ partitions: [Int32], _ client: KafkaClient
  ) throws(TransportError) -> [Int32: Result<Int64?, TransportError>] {
    let action = GuardedAction.askingForPositions(group: group, topic: topic)
    func error(_ code: KafkaCode) -> TransportError {
      if case .denied(let denial) = client.failure(action, code) { return .denied(denial) }
      // Not reported as the broker's: other brokers may well answer.
      return .kafka(action: "requesting the group's coordinator", code: code, detail: nil)
    }
    let deadline = FrameClock.monotonic() + Self.coordinatorTime
    var watch = ConnectionWatch(client)
    while true {
      let answer = PartitionList(topic, partitions).pass {
        KafkaCode(rd_kafka_committed(client.handle, $0, 200))
      }
      let isOver = FrameClock.monotonic() > deadline
      let code = client.lastReadingError.flatMap { $0.isDeniedGroup ? $0 : nil } ?? answer.result
      if answer.result != .none, code.mayPass, !isOver {
        if watch.isPointless() { throw client.failure("\(action)", .timedOut) }
        continue
      }
      return answer.entries.reduce(into: [:]) { committed, entry in
        // One partition's error may come together with the others' answers.
        let code = answer.result == .none ? entry.code : code
        committed[entry.partition] =
          code == .none ? .success(entry.offset >= 0 ? entry.offset : nil) : .failure(error(code))
      }
    }
  }

  /// How long to wait for a group's coordinator, ns.
  private static let coordinatorTime: Int64 = 10_000_000_000
}

extension KafkaClient {
  /// The next error in the queue of a client that reads no records.
  fileprivate var lastReadingError: KafkaCode? {
    guard let message = rd_kafka_consumer_poll(handle, 0) else { return nil }
    defer { rd_kafka_message_destroy(message) }
    return KafkaCode(message.pointee.err)
  }
}
