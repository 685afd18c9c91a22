import CRDKafka

/// Asks the leaders of a topic's partitions for offsets. A leader that does not answer costs its time-out once, and the
/// offsets of the other leaders' partitions are returned all the same.
struct OffsetInquiry {
  /// How long one leader has to answer, ms.
  private static let answerTime: Int32 = 5000

  private let topic: String
  /// The partitions by their leader.
  private let partitions: [Int32: [Int32]]
  /// Why a partition's offset is unknown, by partition.
  private(set) var problems: [Int32: String] = [:]

  init(_ topic: String, _ layout: [TopicPartition]) {
    self.topic = topic
    partitions = layout.reduce(into: [:]) { partitions, part in
      if let leader = part.leader { partitions[leader, default: []].append(part.number) }
    }
    for part in layout where part.leader == nil { problems[part.number] = "there is no leader" }
  }

  /// Returns each partition's offset for a logical one (`RD_KAFKA_OFFSET_BEGINNING`, `RD_KAFKA_OFFSET_END`), where a
  /// leader answers. Not by `rd_kafka_query_watermark_offsets`, which in librdkafka 2.0.2 waits for a dead leader for
  /// ever.
  mutating func ask(_ client: KafkaClient, _ logical: Int32) -> [Int32: Int64] {
    var offsets: [Int32: Int64] = [:]
    for (leader, all) in partitions.sorted(by: { $0.key < $1.key }) {
      let asked = all.filter { problems[$0] == nil }
      guard !asked.isEmpty else { continue }
      let answer = PartitionList(topic, asked, offset: Int64(logical)).pass {
        KafkaCode(rd_kafka_offsets_for_times(client.handle, $0, Self.answerTime))
      }
      for entry in answer.entries {
        let code = answer.result == .none ? entry.code : answer.result
        if code == .none, entry.offset >= 0 {
          offsets[entry.partition] = entry.offset
        } else {
          problems[entry.partition] =
            "broker \(leader), the leader, does not report it: \(code) (\(code.name))"
        }
      }
    }
    return offsets
  }
}
