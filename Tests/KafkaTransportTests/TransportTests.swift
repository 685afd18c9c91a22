import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

/// Frames through librdkafka's in-process cluster.
@Suite(.serialized) struct TransportTests {
  /// What arrived, in order.
  struct Arrival: Equatable {
    var content: RecordContent
    var bytes: [UInt8]
  }

  private func consume(_ cluster: MockCluster, _ topic: String, group: String, count: Int) throws -> [Arrival]
  {
    var settings = KafkaSettings(brokers: cluster.brokers)
    settings.set("fetch.wait.max.ms", "1")
    let consumer = try FrameConsumer(settings, FrameConsumer.Options(topic: topic, group: group))
    try consumer.start()
    var reader = RecordReader(topic: topic)
    var arrivals: [Arrival] = []
    let deadline = FrameClock.monotonic() + 30_000_000_000
    while arrivals.count < count, FrameClock.monotonic() < deadline {
      if let arrival = poll(consumer, &reader) { arrivals.append(try arrival.get()) }
    }
    try consumer.close()
    return arrivals
  }

  /// What one poll gave, if that was a record.
  private func poll(_ consumer: FrameConsumer, _ reader: inout RecordReader) -> Result<Arrival, RecordError>?
  {
    switch consumer.poll(milliseconds: 100) {
    case .record(let record):
      consumer.done(record.place)
      return read(record, &reader)
    default: return nil
    }
  }

  private func read(_ record: borrowing Record, _ reader: inout RecordReader) -> Result<Arrival, RecordError>
  {
    do throws(RecordError) {
      let content = try reader.read(record)
      return .success(Arrival(content: content, bytes: record.payload.withUnsafeBytes { Array($0) }))
    } catch {
      return .failure(error)
    }
  }

  private func payload(_ count: Int, _ pool: FramePool) -> FrameBuffer {
    var buffer = pool.take(count)!
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    buffer.append(copying: bytes.span.bytes)
    return buffer
  }

  @Test func framesArriveAsTheyWereSent() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let pool = FramePool(buffers: 8)
    let log = DeliveryLog()
    let producer = try FrameProducer(
      KafkaSettings(brokers: cluster.brokers),
      FrameProducer.Options(topic: "frames", feed: "drone-1", run: "run-1", maximumRecord: 1_000_000)
    ) { delivery in log.all.withLock { $0.append(delivery) } }
    try producer.connect()
    let layout = try PixelLayout(width: 10, height: 5, format: .rgb8, stride: 32)
    let format = PayloadFormat(content: FrameContent(.pixels, layout), layers: [.base64])
    for sequence in 0..<5 {
      let stamps = SourceStamps(scheduled: 100, captured: 5_000_000, encoded: 300, sent: 0)
      let sent = try producer.send(
        payload(160 + sequence, pool), sequence: sequence, dropped: 2 * sequence, format: format,
        stamps: stamps)
      #expect(sent > 300)
    }
    try producer.sendEnd(count: 5, dropped: 9)
    #expect(producer.drain(until: FrameClock.monotonic() + 20_000_000_000) == 0)
    // Delivered, so the memory is back.
    #expect(pool.outstanding == 0)
    let seen = log.all.withLock { $0 }
    #expect(
      seen.map(\.sequence) == [0, 1, 2, 3, 4, nil]
        && seen.allSatisfy { $0.error == nil && $0.answered >= $0.sent })
    #expect(seen.map(\.isEnd) == [false, false, false, false, false, true])

    let arrivals = try consume(cluster, "frames", group: "g", count: 6)
    #expect(arrivals.count == 6)
    for (sequence, arrival) in arrivals.prefix(5).enumerated() {
      guard case .frame(let frame) = arrival.content else {
        Issue.record("no frame")
        continue
      }
      #expect(frame.identity == FrameIdentity(feed: "drone-1", run: "run-1", sequence: sequence))
      #expect(frame.dropped == 2 * sequence)
      #expect(frame.format == format && frame.clock == FrameClock.domain)
      #expect(
        frame.stamps.captured == 5_000_000 && frame.stamps.scheduled == 100 && frame.stamps.encoded == 300)
      #expect(arrival.bytes == (0..<160 + sequence).map { UInt8(truncatingIfNeeded: $0 &* 7) })
    }
    #expect(
      arrivals[5].content
        == .end(FrameIdentity(feed: "drone-1", run: "run-1", sequence: nil), count: 5, dropped: 9))
    // Another group reads everything again.
    #expect(try consume(cluster, "frames", group: "other", count: 6).count == 6)
    producer.close()
  }

  /// A frame is stamped as sent when there is room for it: what it waits for before is not the broker's time.
  @Test func theWaitForRoomIsNotTheBrokers() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let pool = FramePool(buffers: 8)
    let log = DeliveryLog()
    var options = FrameProducer.Options(topic: "frames", feed: "f", run: "r", maximumRecord: 1_000_000)
    options.inFlightRecords = 1
    let producer = try FrameProducer(KafkaSettings(brokers: cluster.brokers), options) { delivery in
      log.all.withLock { $0.append(delivery) }
    }
    try producer.connect()
    cluster.setRoundTrip(milliseconds: 50)
    let format = PayloadFormat(
      content: FrameContent(.pixels, try PixelLayout(width: 10, height: 5, format: .rgb8)))
    let stamps = SourceStamps(scheduled: 0, captured: 0, encoded: 0, sent: 0)
    for sequence in 0..<4 {
      try producer.send(payload(150, pool), sequence: sequence, format: format, stamps: stamps)
    }
    #expect(producer.drain(until: FrameClock.monotonic() + 20_000_000_000) == 0)
    let seen = log.all.withLock { $0 }
    #expect(seen.count == 4)
    for (before, after) in zip(seen, seen.dropFirst()) { #expect(after.sent >= before.answered) }
    producer.close()
  }

  @Test func inFlightMemoryIsBounded() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let pool = FramePool(buffers: 100)
    var options = FrameProducer.Options(topic: "frames", feed: "f", run: "r", maximumRecord: 1_000_000)
    options.inFlightBytes = 50_000
    var most = 0
    let log = DeliveryLog()
    let producer = try FrameProducer(KafkaSettings(brokers: cluster.brokers), options) { delivery in
      log.all.withLock { $0.append(delivery) }
    }
    let layout = try PixelLayout(width: 100, height: 200, format: .mono8)
    for sequence in 0..<100 {
      try producer.send(
        payload(20_000, pool), sequence: sequence,
        format: PayloadFormat(content: FrameContent(.pixels, layout)),
        stamps: SourceStamps(scheduled: 0, captured: 0, encoded: 0, sent: 0))
      most = max(most, pool.outstanding)
    }
    #expect(producer.drain(until: FrameClock.monotonic() + 20_000_000_000) == 0)
    #expect(most <= 2)
    #expect(log.all.withLock { $0.map(\.sequence) } == Array(0..<100))
    producer.close()
  }

  /// Without an answer nothing is lost from the books: what is given up is reported record by record.
  @Test func whatIsAbandonedIsReported() throws {
    let log = DeliveryLog()
    let pool = FramePool(buffers: 8)
    let producer = try FrameProducer(
      KafkaSettings(brokers: "localhost:1"),
      FrameProducer.Options(topic: "frames", feed: "f", run: "r", maximumRecord: 1_000_000)
    ) { delivery in log.all.withLock { $0.append(delivery) } }
    let layout = try PixelLayout(width: 10, height: 10, format: .mono8)
    // As many as a client is given: a third would wait for the broker.
    for sequence in 0..<2 {
      try producer.send(
        payload(100, pool), sequence: sequence, format: PayloadFormat(content: FrameContent(.pixels, layout)),
        stamps: SourceStamps(scheduled: 0, captured: 0, encoded: 0, sent: 0))
    }
    #expect(producer.drain(until: FrameClock.monotonic() + 100_000_000) == 2)
    producer.abandon()
    #expect(producer.drain(until: FrameClock.monotonic() + 5_000_000_000) == 0)
    #expect(log.all.withLock { $0.count } == 2)
    #expect(log.all.withLock { $0.allSatisfy { $0.error != nil } })
    #expect(pool.outstanding == 0)
    producer.close()
  }

  final class DeliveryLog: Sendable {
    let all = Mutex<[Delivery]>([])
  }
}
