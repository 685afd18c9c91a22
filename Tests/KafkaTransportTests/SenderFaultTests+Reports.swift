import FrameCore
import Glibc
import Synchronization
import Testing

@testable import KafkaTransport

/// Each frame is told once, on one thread, and so is silence.
extension SenderFaultTests {
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
}
