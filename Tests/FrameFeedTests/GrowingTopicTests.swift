import Foundation
import FrameCore
import KafkaTransport
import Synchronization
import Testing

/// Partitions are added to a topic while a feed runs: it stays where it is, in order, and says so once. Where records lie
/// is told by confluent-kafka.
@Suite(
  .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"))
struct GrowingTopicTests {
  private static let grow = """
    import sys
    from confluent_kafka.admin import AdminClient, NewPartitions
    admin = AdminClient({"bootstrap.servers": sys.argv[1]})
    for done in admin.create_partitions([NewPartitions(sys.argv[2], 8)]).values():
        done.result()
    """

  private static let places = """
    import sys
    from confluent_kafka import Consumer, TopicPartition
    consumer = Consumer({"bootstrap.servers": sys.argv[1], "group.id": sys.argv[2], "enable.partition.eof": True})
    consumer.assign([TopicPartition(sys.argv[2], partition, 0) for partition in range(8)])
    ends = 0
    while ends < 8:
        record = consumer.poll(10)
        if record is None:
            break
        if record.error():
            ends += 1
            continue
        headers = dict(record.headers() or [])
        if record.key() == sys.argv[3].encode() and "frame-sequence" in headers:
            print(record.partition(), headers["frame-sequence"].decode())
    """

  @Test func theFeedStaysInItsPartition() throws {
    let topic = "growing-" + UUID().uuidString.prefix(8).lowercased()
    let admin = try TopicAdmin(KafkaSettings(brokers: broker!))
    try admin.create(topic, TopicSettings(partitions: 1))
    defer { try? admin.delete(topic) }
    var settings = KafkaSettings(brokers: broker!)
    settings.set("topic.metadata.refresh.interval.ms", "200")
    let lines = Mutex<[String]>([])
    let failed = Mutex(0)
    // Among eight it would go to another one.
    let options = FrameProducer.Options(topic: topic, feed: "drone-2", run: "r", maximumRecord: 1_000_000)
    let producer = try FrameProducer(settings, options) { level, line in
      if level == .ours { lines.withLock { $0.append(line) } }
    } delivered: { delivery in
      if delivery.error != nil { failed.withLock { $0 += 1 } }
    }
    try producer.connect()
    let pool = FramePool(buffers: 100)
    let layout = try PixelLayout(width: 10, height: 10, format: .mono8)
    for sequence in 0..<150 {
      if sequence == 30 { #expect(try run(python!, "-c", Self.grow, broker!, topic).code == 0) }
      var buffer = pool.take(100)!
      buffer.append(copying: [UInt8](repeating: 7, count: 100).span.bytes)
      try producer.send(
        buffer, sequence: sequence, format: PayloadFormat(content: FrameContent(.pixels, layout)),
        stamps: SourceStamps(scheduled: 0, captured: FrameClock.now(), encoded: 0, sent: 0))
      _ = StopSignal().sleep(until: FrameClock.monotonic() + 20_000_000)
    }
    #expect(producer.drain(until: FrameClock.monotonic() + 20_000_000_000) == 0)
    producer.close()
    #expect(failed.withLock { $0 } == 0)
    let told = lines.withLock { $0 }
    #expect(told.count == 1 && told[0].contains("has 8 partitions instead of 1"), "\(told)")
    #expect(told.first?.contains("drone-2 stay in partition 0") == true, "\(told)")
    let places = try run(python!, "-c", Self.places, broker!, topic, "drone-2").text.split(separator: "\n")
    #expect(places.map(String.init) == (0..<150).map { "0 \($0)" })
  }
}
