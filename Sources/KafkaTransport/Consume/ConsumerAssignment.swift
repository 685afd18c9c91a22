import CRDKafka

/// Changes what a client fetches: as a whole, or incrementally where the group moves partitions one by one
/// (`partition.assignment.strategy=cooperative-sticky`, `group.protocol=consumer`): librdkafka then refuses to replace
/// the whole assignment, and nothing would be read.
enum ConsumerAssignment {
  static func add(_ client: OpaquePointer, _ list: consuming PartitionList) -> KafkaCode {
    list.pass { list in
      isIncremental(client)
        ? code(rd_kafka_incremental_assign(client, list)) : KafkaCode(rd_kafka_assign(client, list))
    }.result
  }

  static func remove(_ client: OpaquePointer, _ topic: String, _ partitions: [Int32]) -> KafkaCode {
    guard isIncremental(client) else { return KafkaCode(rd_kafka_assign(client, nil)) }
    return PartitionList(topic, partitions).pass { code(rd_kafka_incremental_unassign(client, $0)) }.result
  }

  /// Assigns one partition again, at a new position.
  /// - Parameter positions: the positions of all assigned partitions.
  static func restart(
    _ client: OpaquePointer, _ topic: String, _ partition: Int32, _ positions: [Int32: Int64]
  ) -> KafkaCode {
    let isIncremental = isIncremental(client)
    if isIncremental {
      let removed = remove(client, topic, [partition])
      guard removed == .none else { return removed }
    }
    var list = PartitionList(topic, [])
    for (number, offset) in positions where !isIncremental || number == partition {
      list.add(topic, number, offset: offset)
    }
    return add(client, list)
  }

  /// Responds to a rebalance when nothing more is to be read.
  static func clear(_ client: OpaquePointer, _ list: PartitionList.Pointer) {
    if isIncremental(client) {
      _ = code(rd_kafka_incremental_unassign(client, list))
    } else {
      rd_kafka_assign(client, nil)
    }
  }

  static func isIncremental(_ client: OpaquePointer) -> Bool {
    rd_kafka_rebalance_protocol(client).map { String(cString: $0) } == "COOPERATIVE"
  }

  private static func code(_ error: OpaquePointer?) -> KafkaCode {
    guard let error else { return .none }
    defer { rd_kafka_error_destroy(error) }
    return KafkaCode(rd_kafka_error_code(error))
  }
}
