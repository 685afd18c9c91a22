import CRDKafka
import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

/// A model's answers on their way to a topic, when the brokers fail.
@Suite(.serialized) struct CopyingProducerTests {
  /// Values of a topic, until none came for a second.
  private func lines(_ cluster: MockCluster, _ topic: String) throws -> [String] {
    let consumer = try cluster.reader(of: topic)
    var lines: [String] = []
    var last = FrameClock.monotonic()
    while FrameClock.monotonic() - last < (lines.isEmpty ? 20_000_000_000 : 1_000_000_000) {
      switch consumer.poll(milliseconds: 50) {
      case .record(let record):
        lines.append(record.payload.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
        last = FrameClock.monotonic()
      default: break
      }
    }
    try consumer.close(deadline: FrameClock.monotonic() + 10_000_000_000)
    return lines
  }

  /// An idempotent producer that lost its place is replaced: what was not flushed goes out again.
  @Test func aFlushOutlivesItsClient() throws {
    let cluster = try MockCluster()
    cluster.create("answers")
    let warnings = Mutex(0)
    let producer = try CopyingProducer(KafkaSettings(brokers: cluster.brokers), topic: "answers") {
      level, text in
      if level == .ours, text.contains("sent again") { warnings.withLock { $0 += 1 } }
    }
    try producer.connect()
    for number in 0..<3 { try producer.send(Array("\(number)".utf8), key: "f") }
    try producer.flush()
    cluster.fail(.produce, with: [KafkaCode(RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER)])
    for number in 3..<6 { try producer.send(Array("\(number)".utf8), key: "f") }
    try producer.flush()
    for number in 6..<9 { try producer.send(Array("\(number)".utf8), key: "f") }
    try producer.flush()
    #expect(warnings.withLock { $0 } == 1)
    let all = try lines(cluster, "answers")
    // What was under way may be there twice. Of those three any may be first: a broker refuses a record that is
    // ahead of one that failed, this cluster takes it.
    var firsts: [String] = []
    for line in all where !firsts.contains(line) { firsts.append(line) }
    #expect(firsts.sorted() == (0..<9).map { "\($0)" }, "\(all)")
    #expect(
      Array(firsts.prefix(3)) == ["0", "1", "2"] && Array(firsts.suffix(3)) == ["6", "7", "8"], "\(all)")
  }

  /// Without a broker a flush waits, until it is told not to.
  @Test func anAbandonedFlushEnds() throws {
    let cluster = try MockCluster()
    cluster.create("answers")
    let producer = try CopyingProducer(KafkaSettings(brokers: cluster.brokers), topic: "answers")
    try producer.connect()
    cluster.takeDown()
    try producer.send([1], key: "f")
    let ended = Monitor<TransportError?>(nil)
    let thread = PipelineThread("flush") {
      do throws(TransportError) { try producer.flush() } catch {
        ended.withLock { $0 = error }
        ended.wakeAll()
      }
    }
    let early = ended.withLock(
      waitingUntil: { $0 != nil }, deadline: FrameClock.monotonic() + 500_000_000, { $0 })
    #expect(early == nil)
    producer.abandon()
    thread.join()
    guard case .unreachable = ended.withLock({ $0 }) else {
      Issue.record("no error")
      return
    }
  }
}
