import CRDKafka

/// Queries about a partition's log and a group's positions. Each call keeps its time-out:
/// `rd_kafka_query_watermark_offsets` of librdkafka 2.0.2 does not, and hangs on a dead leader.
extension KafkaClient {
  /// Returns the first offset kept and the offset after the last readable record, of each partition that a broker
  /// answers for.
  func logEnds(_ topic: String, _ partitions: [Int32], milliseconds: Int32) -> [Int32: Range<Int64>] {
    let beginnings = offsets(topic, partitions.map { ($0, Int64(RD_KAFKA_OFFSET_BEGINNING)) }, milliseconds)
    let ends = offsets(topic, beginnings.keys.map { ($0, Int64(RD_KAFKA_OFFSET_END)) }, milliseconds)
    return ends.reduce(into: [:]) { logs, end in
      guard let low = beginnings[end.key] else { return }
      logs[end.key] = low..<max(low, end.value)
    }
  }

  /// Returns the first offset at or after a time (ms since the Unix epoch) of each partition that a broker answers for;
  /// -1 when there is none.
  func offsets(_ topic: String, at times: [(partition: Int32, time: Int64)], milliseconds: Int32) -> [Int32:
    Int64]
  {
    offsets(topic, times.map { ($0.partition, $0.time) }, milliseconds)
  }

  /// - Parameter questions: for each partition a time, or librdkafka's constant for an end.
  private func offsets(_ topic: String, _ questions: [(Int32, Int64)], _ milliseconds: Int32) -> [Int32:
    Int64]
  {
    guard !questions.isEmpty else { return [:] }
    var list = PartitionList(topic, [])
    for (partition, time) in questions { list.add(topic, partition, offset: time) }
    let answer = list.pass { KafkaCode(rd_kafka_offsets_for_times(handle, $0, milliseconds)) }
    if answer.result == .none {
      return answer.entries.reduce(into: [:]) { offsets, entry in
        if entry.code == .none { offsets[entry.partition] = entry.offset }
      }
    }
    // One partition without a leader fails the whole request.
    guard questions.count > 1 else { return [:] }
    return questions.reduce(into: [:]) { offsets, question in
      offsets.merge(self.offsets(topic, [question], min(milliseconds, 1000))) { $1 }
    }
  }

  /// Returns the group's position in each partition; `nil` where it has none.
  func positions(
    _ topic: String, _ partitions: [Int32], group: String, milliseconds: Int32
  ) throws(TransportError) -> [Int32: Int64?] {
    guard !partitions.isEmpty else { return [:] }
    let answer = PartitionList(topic, partitions).pass {
      KafkaCode(rd_kafka_committed(handle, $0, milliseconds))
    }
    // One partition's error may come together with the others' answers.
    for code in [answer.result] + answer.entries.map(\.code) where code != .none {
      throw failure(.askingForPositions(group: group, topic: topic), code)
    }
    return answer.entries.reduce(into: [:]) { $0[$1.partition] = .some($1.offset >= 0 ? $1.offset : nil) }
  }

  /// Commits these positions for the group and waits for the brokers' answer.
  func commit(
    _ topic: String, _ positions: [Int32: Int64], group: String, milliseconds: Int32
  ) throws(TransportError) {
    guard !positions.isEmpty else { return }
    let action = GuardedAction.committing(group: group, topic: topic)
    let queue = rd_kafka_queue_new(handle)
    defer { rd_kafka_queue_destroy(queue) }
    var list = PartitionList(topic, [])
    for (partition, offset) in positions { list.add(topic, partition, offset: offset) }
    let code = list.pass { KafkaCode(rd_kafka_commit_queue(handle, $0, queue, nil, nil)) }.result
    guard code == .none else { throw failure(action, code) }
    guard let event = rd_kafka_queue_poll(queue, milliseconds) else {
      throw failure(action, .timedOut)
    }
    defer { rd_kafka_event_destroy(event) }
    var codes = [KafkaCode(rd_kafka_event_error(event))]
    if let list = rd_kafka_event_topic_partition_list(event) { codes += list.entries.map(\.code) }
    for code in codes where code != .none { throw failure(action, code) }
  }

  /// Returns the partitions of a topic. Never creates the topic.
  func partitions(of topic: String, milliseconds: Int32) throws(TransportError) -> [Int32] {
    guard let count = try Cluster(self, milliseconds: milliseconds).topics[topic] else {
      throw .topicMissing(topic, broker: brokers)
    }
    return (0..<Int32(count)).map { $0 }
  }
}
