import CRDKafka
import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

/// Records that are copied: each flush fails for its own.
extension SenderFaultTests {
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
