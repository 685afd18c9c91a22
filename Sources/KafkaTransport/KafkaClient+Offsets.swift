import CRDKafka

extension KafkaClient {
  /// How far this client's group is behind in each partition.
  func lag(_ topic: String, partitions: Int) throws(TransportError) -> [PartitionLag] {
    let answer = PartitionList(topic, (0..<Int32(partitions)).map { $0 }).pass {
      KafkaCode(rd_kafka_committed(handle, $0, 10_000))
    }
    // One partition's error may come beside the others' answers.
    let codes = [answer.result] + answer.entries.map(\.code)
    if let code = codes.first(where: { $0 != .none }) {
      throw failure("asking for committed offsets", code)
    }
    var result: [PartitionLag] = []
    for entry in answer.entries {
      let (beginning, end) = try watermarks(topic, entry.partition)
      result.append(
        PartitionLag(
          partition: entry.partition, beginning: beginning, end: end,
          committed: entry.offset >= 0 ? entry.offset : nil))
    }
    return result
  }

  /// The first offset kept and the one after the last record.
  func watermarks(_ topic: String, _ partition: Int32) throws(TransportError) -> (Int64, Int64) {
    var low: Int64 = 0
    var high: Int64 = 0
    let code = KafkaCode(rd_kafka_query_watermark_offsets(handle, topic, partition, &low, &high, 10_000))
    guard code == .none else { throw failure("asking for the offsets of \(topic)[\(partition)]", code) }
    return (low, high)
  }
}
