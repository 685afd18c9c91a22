import CRDKafka

extension KafkaClient {
  /// What this client's group has committed in each partition; `nil` inside for nothing yet.
  func committed(
    _ topic: String, partitions: Int
  ) -> [Int32: Result<Int64?, TransportError>] {
    let answer = PartitionList(topic, (0..<Int32(partitions)).map { $0 }).pass {
      KafkaCode(rd_kafka_committed(handle, $0, 10_000))
    }
    return Dictionary(
      answer.entries.map { entry in
        // One partition's error may come beside the others' answers.
        let code = answer.result == .none ? entry.code : answer.result
        guard code == .none else {
          // Not as one of the broker's: others may well answer.
          let error = TransportError.kafka(action: "asking the group's coordinator", code: code, detail: nil)
          return (entry.partition, .failure(error))
        }
        return (entry.partition, .success(entry.offset >= 0 ? entry.offset : nil))
      }, uniquingKeysWith: { $1 })
  }
}
