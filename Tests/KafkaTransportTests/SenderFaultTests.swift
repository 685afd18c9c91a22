import CRDKafka
import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

import Glibc

/// Frames on their way when clients and brokers fail: each is told once, on one thread, and goes out in order.
@Suite(.serialized) struct SenderFaultTests {
  final class Tellings: Sendable {
    struct Told: Sendable {
      var sequence: Int?
      var error: TransportError?
      var thread: UInt
    }
    let all = Mutex<[Told]>([])
    let lines = Mutex<[String]>([])

    func tell(_ delivery: Delivery) {
      let thread = UInt(pthread_self())
      all.withLock { $0.append(Told(sequence: delivery.sequence, error: delivery.error, thread: thread)) }
    }
    var log: KafkaLog {
      { [self] level, line in if level == .ours { lines.withLock { $0.append(line) } } }
    }
    var sequences: [Int?] { all.withLock { $0.map(\.sequence) } }
    var errors: [TransportError] { all.withLock { $0.compactMap(\.error) } }
  }

  static let pool = FramePool(buffers: 100)

  func options(_ feed: String = "f") -> FrameProducer.Options {
    FrameProducer.Options(topic: "frames", feed: feed, run: "r", maximumRecord: 1_000_000)
  }

  func send(_ sequence: Int, to producer: FrameProducer, bytes: Int = 100) throws {
    var buffer = Self.pool.take(bytes)!
    buffer.append(copying: [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: bytes).span.bytes)
    let layout = try PixelLayout(width: 10, height: bytes / 10, format: .mono8)
    try producer.send(
      buffer, sequence: sequence, format: PayloadFormat(content: FrameContent(.pixels, layout)),
      stamps: SourceStamps(scheduled: 0, captured: 1_000_000_000, encoded: 0, sent: 0))
  }

  func soon(_ seconds: Int64 = 20) -> Int64 { FrameClock.monotonic() + seconds * 1_000_000_000 }

  static func pause(_ seconds: Double) {
    _ = StopSignal().sleep(until: FrameClock.monotonic() + FrameClock.nanoseconds(seconds))
  }

  /// A producer that has found its topic, and says what becomes of its records.
  func connected(to cluster: MockCluster, _ told: Tellings) throws -> FrameProducer {
    let producer = try FrameProducer(KafkaSettings(brokers: cluster.brokers), options(), log: told.log) {
      told.tell($0)
    }
    try producer.connect()
    return producer
  }

  /// First bytes of a topic's records, each once, in order.
  func firsts(_ cluster: MockCluster) throws -> [UInt8] {
    let consumer = try cluster.reader(of: "frames")
    var firsts: [UInt8] = []
    var last = FrameClock.monotonic()
    while FrameClock.monotonic() - last < (firsts.isEmpty ? 10_000_000_000 : 700_000_000) {
      guard case .record(let record) = consumer.poll(milliseconds: 50) else { continue }
      last = FrameClock.monotonic()
      if let byte = record.payload.withUnsafeBytes({ $0.first }), !firsts.contains(byte) {
        firsts.append(byte)
      }
    }
    try consumer.close(deadline: soon())
    return firsts
  }

  @Test(arguments: [1, 4]) func whatHadNoAnswerGoesOutAgainInOrder(inFlight: Int) throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let told = Tellings()
    var settings = KafkaSettings(brokers: cluster.brokers)
    settings.set("max.in.flight", "\(inFlight)")
    let producer = try FrameProducer(settings, options(), log: told.log) { told.tell($0) }
    try producer.connect()
    // As many as a client is given at a time: one more would wait for the cluster.
    let count = inFlight + 1
    for loss in 0..<3 {
      for sequence in 0..<count { try send(2 * count * loss + sequence, to: producer) }
      #expect(producer.drain(until: soon()) == 0)
      // In one request: this cluster takes records that are ahead of one it refused, which a broker does not.
      cluster.takeDown()
      cluster.fail(.produce, with: [KafkaCode(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER)])
      for sequence in count..<2 * count { try send(2 * count * loss + sequence, to: producer) }
      cluster.bringUp()
    }
    try producer.sendEnd(count: 6 * count)
    #expect(producer.drain(until: soon()) == 0)
    #expect(producer.renewals == 3 && told.errors.isEmpty)
    #expect(told.sequences == (0..<6 * count).map { $0 } + [nil])
    #expect(told.lines.withLock { $0.filter { $0.contains("sent again") }.count } == 3)
    // The end has no bytes.
    #expect(try firsts(cluster) == (0..<6 * count).map { UInt8($0) })
    producer.close()
    #expect(Self.pool.outstanding == 0)
  }

  @Test func aClientThatEndsAgainAndAgainIsGivenUp() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let told = Tellings()
    let producer = try connected(to: cluster, told)
    let refusal = KafkaCode(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER)
    cluster.fail(.produce, with: Array(repeating: refusal, count: 100))
    // Some may be sent while it ends, and some when it has ended.
    var taken = 0
    var reason: TransportError?
    while reason == nil, taken < 1000 {
      do { try send(taken, to: producer) } catch {
        reason = error as? TransportError
        break
      }
      taken += 1
      Self.pause(0.005)
    }
    #expect(producer.drain(until: soon()) == 0)
    #expect(told.sequences == (0..<taken).map { $0 } && told.errors.count == taken && producer.renewals == 3)
    // And says why nothing more is sent.
    #expect("\(reason, default: "nothing")".contains("the Kafka client failed"))
    producer.close()
  }

  /// Why no other client came is what the records are told.
  @Test func whyNothingIsSentIsTold() throws {
    let told = Mutex<[TransportError?]>([])
    let records = RecordsInFlight(records: 4, bytes: 1000, atFirst: 4) { _, error, _ in
      told.withLock { $0.append(error) }
    }
    let run = OutgoingRecord.Run(feed: "f", name: "r")
    let record = OutgoingRecord(.end(count: 0, dropped: 0, sent: 1), of: run, bytes: 0)
    let slots = [
      try records.add(record, nil, deadline: .max), try records.add(record, nil, deadline: .max),
    ]
    for slot in slots { records.answered(slot, .returned(.lostProducerState), .stopped) }
    #expect(records.nextStep() == .renew(.lostProducerState))
    let reason = TransportError.setting(key: "ssl.key.location", reason: "key.pem does not exist")
    records.giveUp(reason)
    while case .end(let slot) = records.nextStep() { records.end(slot, .stopped) }
    #expect(told.withLock { $0 } == [reason, reason])
    #expect(throws: reason) { try records.add(record, nil, deadline: .max) }
  }

  /// What librdkafka mends itself: the broker no longer knows the producer, as it has deleted what it wrote.
  @Test func anUnknownProducerGoesOn() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let told = Tellings()
    let producer = try connected(to: cluster, told)
    for sequence in 0..<60 {
      if sequence == 20 { cluster.fail(.produce, with: [KafkaCode(RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID)]) }
      try send(sequence, to: producer)
      Self.pause(0.01)
    }
    #expect(producer.drain(until: soon()) == 0)
    #expect(told.errors.isEmpty && told.all.withLock { $0.count } == 60)
    #expect(try firsts(cluster).sorted() == (0..<60).map { UInt8($0) })
    producer.close()
  }
}
