import CRDKafka
import FrameCore
import Testing

@testable import KafkaTransport

/// A topic of an in-process cluster whose partitions have different lengths, and what its broker says of it.
///
/// Positions are asked by a client of its own through librdkafka's plain functions: what is tested shares nothing
/// with it.
struct UnequalTopic {
  let cluster: MockCluster
  let name = "frames"
  /// Records of each partition.
  private(set) var lengths: [Int64]

  init(_ lengths: [Int64], on cluster: MockCluster? = nil) throws {
    self.cluster = try cluster ?? MockCluster()
    self.lengths = lengths.map { _ in 0 }
    self.cluster.create(name, partitions: lengths.count)
    try append(lengths)
  }

  /// Adds so many records to each partition.
  mutating func append(_ counts: [Int64]) throws {
    let client = try KafkaClient(
      RD_KAFKA_PRODUCER, KafkaSettings(brokers: cluster.brokers), preset: [], events: ClientEvents(log: nil))
    let topic = try TopicHandle(name, client)
    try topic.connect(milliseconds: 10_000)
    for (partition, count) in counts.enumerated() {
      for _ in 0..<count {
        var value = UInt8(partition)
        let code = rd_kafka_produce(
          topic.pointer, Int32(partition), RD_KAFKA_MSG_F_COPY, &value, 1, nil, 0, nil)
        #expect(code == 0)
      }
      lengths[partition] += count
    }
    #expect(rd_kafka_flush(client.handle, 10_000) == RD_KAFKA_RESP_ERR_NO_ERROR)
  }

  func consumer(
    _ group: String, partitions: PartitionChoice = .shared, strategy: String? = nil,
    start: ReadingStart = .committed,
    answerTimeout: Int32 = 5000
  ) throws -> FrameConsumer {
    var settings = KafkaSettings(brokers: cluster.brokers)
    // An empty fetch of this cluster always waits the full time.
    settings.set("fetch.wait.max.ms", "1")
    // It takes this, less a second, to move partitions, and 3 s for the first ones.
    settings.set("session.timeout.ms", "4500")
    settings.set("heartbeat.interval.ms", "200")
    if let strategy { settings.set("partition.assignment.strategy", strategy) }
    var options = FrameConsumer.Options(topic: name, group: group)
    options.partitions = partitions
    options.start = start
    options.answerTimeout = answerTimeout
    let consumer = try FrameConsumer(settings, options)
    try consumer.start()
    return consumer
  }

  /// Where a group stands in each partition; negative where it does not.
  func committed(_ group: String) throws -> [Int64] {
    let client = try KafkaClient(
      RD_KAFKA_CONSUMER, KafkaSettings(brokers: cluster.brokers), preset: [("group.id", group)],
      events: ClientEvents(log: nil))
    let list = rd_kafka_topic_partition_list_new(Int32(lengths.count))!
    defer { rd_kafka_topic_partition_list_destroy(list) }
    for partition in lengths.indices { rd_kafka_topic_partition_list_add(list, name, Int32(partition)) }
    #expect(rd_kafka_committed(client.handle, list, 10_000) == RD_KAFKA_RESP_ERR_NO_ERROR)
    return lengths.indices.map { list.pointee.elems[$0].offset }
  }
}

extension FrameConsumer {
  /// The next record's place, if one poll gives one; events go to `told`.
  func nextPlace(milliseconds: Int = 20, told: (ReadingEvent) -> Void = { _ in }) -> RecordPlace? {
    switch poll(milliseconds: milliseconds) {
    case .record(let record): return record.place
    case .event(let event):
      told(event)
      return nil
    default: return nil
    }
  }
}

/// Where a record lies, whoever read it.
struct Spot: Hashable {
  let partition: Int32
  let offset: Int64
}

extension RecordPlace {
  var spot: Spot { Spot(partition: partition, offset: offset) }
}
