import CRDKafka

extension KafkaClient {
  /// What this client's group has committed in each partition; `nil` inside for nothing yet.
  func committed(
    _ topic: String, partitions: Int
  ) throws(TransportError) -> [Int32: Result<Int64?, TransportError>] {
    let answer = PartitionList(topic, 0..<Int32(partitions)).pass {
      KafkaCode(rd_kafka_committed(handle, $0, 10_000))
    }
    let action = "asking for committed offsets"
    guard answer.result == .none else { throw failure(action, answer.result) }
    // One partition's error may come beside the others' answers.
    return Dictionary(
      answer.entries.map { entry in
        guard entry.code == .none else { return (entry.partition, .failure(failure(action, entry.code))) }
        return (entry.partition, .success(entry.offset >= 0 ? entry.offset : nil))
      }, uniquingKeysWith: { $1 })
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
