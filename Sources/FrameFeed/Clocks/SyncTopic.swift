import FoundationEssentials
import FrameCore
import KafkaTransport
import LogLines

/// The topic, beside the feed's own, for clock requests and answers. For one thread.
final class SyncTopic {
  private let consumer: FrameConsumer
  private let producer: CopyingProducer

  static func name(_ topic: String) -> String { "\(topic).sync" }

  /// Connects to the topic, and creates it if it is missing.
  init(_ topic: String, _ kafka: KafkaSettings, _ log: Log) throws(TransportError) {
    let name = Self.name(topic)
    // Records are worthless once they are read.
    let settings = TopicSettings(
      configuration: [
        "retention.ms": "60000", "segment.ms": "60000", "retention.bytes": "1048576",
        "segment.bytes": "1048576", "max.message.bytes": "65536",
      ])
    let prepared = try PreparedTopic.find(name, kafka, create: settings, log)
    // No positions are committed: each client reads all records from now on.
    var reading = FrameConsumer.Options(topic: name, group: "framefeed-sync-\(UUID().uuidString)")
    reading.partitions = .these([0])
    reading.start = .latest
    reading.keepsPositions = false
    reading.brokerIgnoresFetchLimits = prepared.isLocalDevelopmentBroker
    consumer = try FrameConsumer(kafka, reading, log: kafkaLog(log))
    try consumer.start()
    producer = try CopyingProducer(kafka, topic: name, log: kafkaLog(log))
    try producer.connect(milliseconds: 5000)
  }

  func send(_ record: SyncRecord) throws(TransportError) {
    try producer.send(Array(record.text.utf8), key: "sync")
    producer.discardResults()
  }

  /// The result of a poll.
  enum Heard {
    case record(SyncRecord, received: Int64)
    case malformed
    case nothing
  }

  /// Returns the next record, waiting up to 50 ms for it.
  func poll() throws(TransportError) -> Heard {
    producer.discardResults()
    switch consumer.poll(milliseconds: 50) {
    case .record(let record):
      guard record.byteCount <= SyncRecord.maximumBytes,
        let content = SyncRecord(record.payload.withUnsafeBytes { Array($0) })
      else { return .malformed }
      return .record(content, received: record.received)
    case .problem(let error):
      if let fatal = consumer.fatalError { throw fatal }
      if case .topicMissing = error { throw error }
      return .nothing
    default: return .nothing
    }
  }

  func close() {
    // Errors are ignored: nobody needs the last requests and answers.
    try? consumer.close(deadline: FrameClock.monotonic() + 1_000_000_000)
  }
}
