import CRDKafka
import FrameCore

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

  /// How long a topic that is not in the brokers' metadata may still come, ns: one that was just made is not told by
  /// each of them at once.
  private static let patience: Int64 = 3_000_000_000
  /// A connection to a leader that takes longer is left to sending, ms.
  private static let connectionTime: Int64 = 1000

  /// Learns the topic's leaders and connects to them. Without it the first record of a new client waits for
  /// librdkafka's once-a-second look for topics without a leader (measured: 0.6 to 1 s), and for a connection.
  /// - Parameter isStopped: asked again and again while no broker answers; ends the waiting.
  func connect(milliseconds: Int32, isStopped: () -> Bool = { false }) throws(TransportError) {
    let started = FrameClock.monotonic()
    let deadline = started + Int64(milliseconds) * 1_000_000
    // Short at first, for the sake of a stop; longer for brokers that are slow to answer.
    var step: Int64 = 1000
    while true {
      let left = max(1, (deadline - FrameClock.monotonic()) / 1_000_000)
      let (code, leaders) = ask(milliseconds: Int32(min(step, left)))
      let now = FrameClock.monotonic()
      let isPatient = now < min(deadline, started + Self.patience)
      switch code {
      case .none where !leaders.isEmpty: return openConnections(leaders, until: deadline)
      // Sending waits for a leader.
      case .none, .noLeader: if !isPatient { return }
      case .unknownTopic: if !isPatient { throw .topicMissing(name, broker: client.brokers) }
      case .timedOut, .transport:
        step *= 2
        if now >= deadline { throw client.failure("asking for topic \(name)", code) }
      default: throw client.failure("asking for topic \(name)", code)
      }
      if isStopped() { throw .stopped }
      client.poll(milliseconds: 50)
    }
  }

  /// What the brokers say of the topic, and by leader one partition that it leads.
  private func ask(milliseconds: Int32) -> (KafkaCode, leaders: [Int32: Int32]) {
    var metadata: UnsafePointer<rd_kafka_metadata>?
    let code = KafkaCode(rd_kafka_metadata(client.handle, 0, pointer, &metadata, milliseconds))
    guard code == .none, let metadata else { return (code, [:]) }
    defer { rd_kafka_metadata_destroy(metadata) }
    guard metadata.pointee.topic_cnt > 0 else { return (.unknownTopic, [:]) }
    let topic = metadata.pointee.topics[0]
    var leaders: [Int32: Int32] = [:]
    for at in 0..<Int(topic.partition_cnt) where topic.partitions[at].leader >= 0 {
      leaders[topic.partitions[at].leader] = topic.partitions[at].id
    }
    return (KafkaCode(topic.err), leaders)
  }

  /// Asks each leader for an end, all at once, for the connection that opens; sending says what is wrong if that
  /// fails. Not by `rd_kafka_query_watermark_offsets`, which in librdkafka 2.0.2 waits for a dead leader for ever.
  private func openConnections(_ leaders: [Int32: Int32], until deadline: Int64) {
    let left = min(Self.connectionTime, (deadline - FrameClock.monotonic()) / 1_000_000)
    guard left > 0 else { return }
    PartitionList(name, Array(leaders.values), offset: Int64(RD_KAFKA_OFFSET_END)).pass {
      rd_kafka_offsets_for_times(client.handle, $0, Int32(left))
    }
  }
}
