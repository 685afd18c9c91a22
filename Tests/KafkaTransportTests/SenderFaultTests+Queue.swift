import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

/// librdkafka's own queue is too small.
extension SenderFaultTests {
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
}
