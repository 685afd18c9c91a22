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

  private static let pool = FramePool(buffers: 100)

  private func options(_ feed: String = "f") -> FrameProducer.Options {
    FrameProducer.Options(topic: "frames", feed: feed, run: "r", maximumRecord: 1_000_000)
  }

  private func send(_ sequence: Int, to producer: FrameProducer, bytes: Int = 100) throws {
    var buffer = Self.pool.take(bytes)!
    buffer.append(copying: [UInt8](repeating: UInt8(truncatingIfNeeded: sequence), count: bytes).span.bytes)
    let layout = try PixelLayout(width: 10, height: bytes / 10, format: .mono8)
    try producer.send(
      buffer, sequence: sequence, format: PayloadFormat(content: FrameContent(.pixels, layout)),
      stamps: SourceStamps(scheduled: 0, captured: 1_000_000_000, encoded: 0, sent: 0))
  }

  private func soon(_ seconds: Int64 = 20) -> Int64 { FrameClock.monotonic() + seconds * 1_000_000_000 }

  private static func pause(_ seconds: Double) {
    _ = StopSignal().sleep(until: FrameClock.monotonic() + FrameClock.nanoseconds(seconds))
  }

  /// A producer that has found its topic, and says what becomes of its records.
  private func connected(to cluster: MockCluster, _ told: Tellings) throws -> FrameProducer {
    let producer = try FrameProducer(KafkaSettings(brokers: cluster.brokers), options(), log: told.log) {
      told.tell($0)
    }
    try producer.connect()
    return producer
  }

  /// First bytes of a topic's records, each once, in order.
  private func firsts(_ cluster: MockCluster) throws -> [UInt8] {
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

  /// A producer that asks for itself while it is told does not stand still, and no other thread tells.
  @Test func allIsToldOnTheProducersThread() throws {
    let told = Tellings()
    var settings = KafkaSettings(brokers: "localhost:1")
    settings.set("message.timeout.ms", "200")
    let asked = Mutex<FrameProducer?>(nil)
    let isFirst = Atomic(true)
    let producer = try FrameProducer(settings, options(), log: told.log) { delivery in
      let producer = asked.withLock { $0 }
      _ = (producer?.fatalError, producer?.renewals, producer?.effectiveSettings.count)
      // Meanwhile others wait for a broker, and might take what comes next.
      if isFirst.exchange(false, ordering: .relaxed) { Self.pause(3) }
      told.tell(delivery)
    }
    asked.withLock { $0 = producer }
    for sequence in 0..<30 { try send(sequence, to: producer) }
    Self.pause(1.3)
    for sequence in 30..<60 { try send(sequence, to: producer) }
    let error = #expect(throws: TransportError.self) { try producer.connect(milliseconds: 2500) }
    guard case .unreachable = error else {
      Issue.record("\(error!)")
      return
    }
    #expect(producer.drain(until: soon()) == 0)
    let all = told.all.withLock { $0 }
    #expect(all.count == 60 && Set(all.map(\.thread)).count == 1)
    #expect(all.first?.thread != UInt(pthread_self()))
    asked.withLock { $0 = nil }
    producer.close()
  }

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

  /// What is under way when a producer is closed is told too.
  @Test func closingTellsWhatIsUnderWay() throws {
    let told = Tellings()
    do {
      let producer = try FrameProducer(KafkaSettings(brokers: "localhost:1"), options(), log: told.log) {
        told.tell($0)
      }
      // As many as a client is given: a third would wait for the broker.
      for sequence in 0..<2 { try send(sequence, to: producer) }
      producer.close()
      #expect(throws: TransportError.stopped) { try send(2, to: producer) }
    }
    #expect(told.sequences.compactMap { $0 }.sorted() == [0, 1] && told.errors.count == 2)
    #expect(Self.pool.outstanding == 0)
  }

  /// librdkafka's own queue, smaller than ours: waited for, and not for ever.
  @Test func aFullQueueIsWaitedFor() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let told = Tellings()
    var settings = KafkaSettings(brokers: cluster.brokers)
    settings.set("queue.buffering.max.messages", "2")
    let producer = try FrameProducer(settings, options()) { told.tell($0) }
    try producer.connect()
    for sequence in 0..<50 { try send(sequence, to: producer) }
    #expect(producer.drain(until: soon()) == 0)
    #expect(told.sequences == (0..<50).map { $0 } && told.errors.isEmpty)
    cluster.takeDown()
    let ended = Monitor<TransportError?>(nil)
    let thread = PipelineThread("send") {
      for sequence in 50..<60 {
        do { try send(sequence, to: producer) } catch {
          ended.withLock { $0 = error as? TransportError }
          return
        }
      }
    }
    Self.pause(0.2)
    producer.refuse()
    thread.join()
    #expect(ended.withLock { $0 } == .stopped)
    producer.abandon()
    #expect(producer.drain(until: soon()) == 0 && told.errors.count == 2)
    producer.close()
  }

  /// A frame that librdkafka's queue can never hold is refused, by the setting's name.
  @Test func aFrameLargerThanTheQueueIsRefused() throws {
    var settings = KafkaSettings(brokers: "localhost:1")
    settings.set("queue.buffering.max.kbytes", "100")
    let producer = try FrameProducer(settings, options()) { _ in }
    try producer.check(payload: 102_400)
    let error = #expect(throws: TransportError.self) { try producer.check(payload: 102_401) }
    #expect("\(error!)".contains("of 102400 bytes; raise it: -X queue.buffering.max.kbytes=1000"))
    let copying = try CopyingProducer(settings, topic: "answers")
    #expect(throws: TransportError.self) {
      try copying.send([UInt8](repeating: 0, count: 200_000), key: "f")
    }
  }

  /// Silence is told once, with why and what to do, and so is its end.
  @Test func silenceIsTold() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let told = Tellings()
    var options = RenewableSender.Options(
      topic: "frames", largestRecord: 1_000_000, inFlightRecords: 8, inFlightBytes: 1 << 20,
      queueBytes: 1 << 20)
    options.answerTimeout = 700_000_000
    let sender = try RenewableSender(KafkaSettings(brokers: cluster.brokers), options, log: told.log) {
      _, _, _ in
    }
    let thread = ServingThread(sender)
    try sender.current.topic.connect(milliseconds: 10_000)
    let run = OutgoingRecord.Run(feed: "f", name: "r")
    func send() throws {
      try sender.send(OutgoingRecord(.end(count: 0, dropped: 0, sent: 1), of: run, bytes: 0), nil)
    }
    try send()
    #expect(sender.drain(until: soon()) == 0)
    cluster.takeDown()
    for _ in 0..<2 { try send() }
    // Brokers are asked for up to 3 s before.
    let end = soon()
    while told.lines.withLock({ $0.isEmpty }), FrameClock.monotonic() < end { Self.pause(0.1) }
    let silent = told.lines.withLock { $0 }
    #expect(silent.count == 1, "\(silent)")
    #expect(
      silent.first?.contains("2 records wait, and none was acknowledged") == true
        && silent.first?.contains("no Kafka broker answers at \(cluster.brokers)") == true, "\(silent)")
    cluster.bringUp()
    #expect(sender.drain(until: soon()) == 0)
    Self.pause(0.3)
    let lines = told.lines.withLock { $0 }
    #expect(lines.count == 2 && lines.last?.contains("continues, after") == true, "\(lines)")
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

  // MARK: copies

  /// A record that is not taken fails the flush that it is for, and no other.
  @Test func aRefusedRecordFailsOneFlush() throws {
    let cluster = try MockCluster()
    cluster.create("answers")
    let producer = try CopyingProducer(KafkaSettings(brokers: cluster.brokers), topic: "answers")
    try producer.connect()
    cluster.fail(.produce, with: [KafkaCode(RD_KAFKA_RESP_ERR_INVALID_RECORD)])
    try producer.send([1], key: "f")
    #expect(throws: TransportError.self) { try producer.flush() }
    try producer.flush()
    try producer.send([2], key: "f")
    try producer.flush()
  }

  /// What several threads send while clients come and go is there when each one's flush returns.
  @Test func flushesOfManyThreadsAreEachForTheirOwn() throws {
    let cluster = try MockCluster()
    cluster.create("frames")
    let producer = try CopyingProducer(KafkaSettings(brokers: cluster.brokers), topic: "frames")
    try producer.connect()
    let failed = Mutex<[TransportError]>([])
    let threads = (0..<4).map { number in
      PipelineThread("send") {
        for line in 0..<20 {
          if number == 0, line % 8 == 4 {
            cluster.fail(.produce, with: [KafkaCode(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER)])
          }
          do throws(TransportError) {
            try producer.send([UInt8(number * 20 + line)], key: "f")
            try producer.flush()
          } catch {
            failed.withLock { $0.append(error) }
          }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(failed.withLock { $0 }.isEmpty)
    #expect(try firsts(cluster).sorted() == (0..<80).map { UInt8($0) })
  }
}
