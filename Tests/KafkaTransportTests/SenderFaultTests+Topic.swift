import CRDKafka
import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

/// The topic goes away for a while or for good; its partitions.
extension SenderFaultTests {
  /// One metadata answer that lacks the topic ends nothing.
  @Test func aTopicThatIsAwayForAMomentIsWaitedFor() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let told = Tellings()
    var settings = KafkaSettings(brokers: cluster.brokers)
    settings.set("topic.metadata.refresh.interval.ms", "100")
    // Newer versions keep what they knew of it for so long, 30 s unless set.
    settings.set("topic.metadata.propagation.max.ms", "100")
    let producer = try FrameProducer(settings, options(), log: told.log) { told.tell($0) }
    try producer.connect()
    let back = PipelineThread("topic") {
      Self.pause(0.4)
      cluster.setError(of: "frames", .unknownTopic)
      Self.pause(0.8)
      cluster.setError(of: "frames", .none)
    }
    defer { back.join() }
    for sequence in 0..<100 {
      try send(sequence, to: producer)
      Self.pause(0.02)
    }
    #expect(producer.drain(until: soon()) == 0)
    #expect(told.sequences == (0..<100).map { $0 } && told.errors.isEmpty)
    #expect(producer.renewals > 0)
    #expect(told.lines.withLock { $0.contains { $0.contains("no longer know the topic") } })
    #expect(try firsts(cluster) == (0..<100).map { UInt8($0) })
    producer.close()
  }

  /// One that stays away is given up, with the reason.
  @Test func aTopicThatStaysAwayIsGivenUp() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let told = Mutex<[TransportError?]>([])
    var settings = KafkaSettings(brokers: cluster.brokers)
    settings.set("topic.metadata.refresh.interval.ms", "100")
    var options = RenewableSender.Options(
      topic: "frames", largestRecord: 1_000_000, inFlightRecords: 8, inFlightBytes: 1 << 20,
      queueBytes: 1 << 20)
    options.topicTimeout = 1000
    let sender = try RenewableSender(settings, options, log: nil) { _, error, _ in
      told.withLock { $0.append(error) }
    }
    let thread = ServingThread(sender)
    try sender.current.topic.connect(milliseconds: 10_000)
    cluster.setError(of: "frames", .unknownTopic)
    let run = OutgoingRecord.Run(feed: "f", name: "r")
    var taken = 0
    let error = #expect(throws: TransportError.self) {
      while true {
        try sender.send(OutgoingRecord(.end(count: 0, dropped: 0, sent: 1), of: run, bytes: 0), nil)
        taken += 1
        Self.pause(0.02)
      }
    }
    #expect(error == .topicMissing("frames", broker: NamedBroker(cluster.brokers)))
    #expect(sender.drain(until: soon()) == 0)
    let all = told.withLock { $0 }
    #expect(all.count == taken && all.last! == error, "\(taken) taken, told \(all)")
    thread.end()
  }

  /// A run goes where librdkafka itself would send its feed.
  @Test(arguments: [
    nil, "consistent", "consistent_random", "murmur2", "murmur2_random", "fnv1a", "fnv1a_random",
  ])
  func aRunGoesWhereItsFeedBelongs(partitioner: String?) throws {
    let cluster = try MockCluster()
    cluster.create("frames", partitions: 7)
    var settings = KafkaSettings(brokers: cluster.brokers)
    if let partitioner { settings.set("partitioner", partitioner) }
    func partition(of feed: String, _ partition: RunPartition?) throws -> Int32 {
      let went = Mutex<[Int32]>([])
      let events = ClientEvents(
        log: nil, delivered: { message, _ in went.withLock { $0.append(message.pointee.partition) } })
      let client = try KafkaClient(RD_KAFKA_PRODUCER, settings, preset: [], events: events)
      let topic = try TopicHandle("frames", client, partition: partition)
      for _ in 0..<3 {
        #expect(
          rd_kafka_produce(
            topic.pointer, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY, nil, 0, feed, feed.utf8.count, nil)
            == 0)
      }
      #expect(rd_kafka_flush(client.handle, 10_000) == RD_KAFKA_RESP_ERR_NO_ERROR)
      let all = went.withLock { $0 }
      #expect(all.count == 3 && Set(all).count == 1)
      return all[0]
    }
    for feed in ["drone-1", "drone-2", "thief"] {
      let own = RunPartition(feed: feed)
      let plain = try partition(of: feed, nil)
      #expect(try partition(of: feed, own) == plain)
      #expect(own.current == plain && own.takeGrowth() == nil)
    }
  }
}
