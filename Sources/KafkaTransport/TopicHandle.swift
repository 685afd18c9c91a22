import CRDKafka

/// Owns a producer's handle of one topic.
struct TopicHandle: ~Copyable, @unchecked Sendable {
  // Sound: librdkafka's handles may be used from any thread, and `pointer` never changes.
  let pointer: OpaquePointer
  private let client: KafkaClient
  private let name: String

  init(_ name: String, _ client: KafkaClient) throws(TransportError) {
    guard let pointer = rd_kafka_topic_new(client.handle, name, nil) else {
      throw .kafka(action: "opening topic \(name)", code: KafkaCode(rd_kafka_last_error()), detail: nil)
    }
    self.pointer = pointer
    self.client = client
    self.name = name
  }

  deinit { rd_kafka_topic_destroy(pointer) }

  /// Learns the topic's leaders and connects to them. Without it the first record of a new client waits for
  /// librdkafka's once-a-second look for topics without a leader (measured: 0.6 to 1 s), and for a connection.
  func connect(milliseconds: Int32) throws(TransportError) {
    var metadata: UnsafePointer<rd_kafka_metadata>?
    let code = KafkaCode(rd_kafka_metadata(client.handle, 0, pointer, &metadata, milliseconds))
    guard code == .none, let metadata else { throw client.failure("asking for topic \(name)", code) }
    defer { rd_kafka_metadata_destroy(metadata) }
    var connected: Set<Int32> = []
    for topic in 0..<Int(metadata.pointee.topic_cnt) {
      for at in 0..<Int(metadata.pointee.topics[topic].partition_cnt) {
        let partition = metadata.pointee.topics[topic].partitions[at]
        guard partition.leader >= 0, connected.insert(partition.leader).inserted else { continue }
        // Asked for the connection it opens; sending says what is wrong if that fails.
        _ = try? client.watermarks(name, partition.id)
      }
    }
  }
}
