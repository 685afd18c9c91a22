import CRDKafka
import FrameCore

/// Owns a producer's handle of one topic.
struct TopicHandle: ~Copyable, @unchecked Sendable {
  // Sound: librdkafka's handles may be used from any thread, and `pointer` never changes.
  let pointer: OpaquePointer
  private let client: KafkaClient
  private let name: String

  /// Chooses the partition of records; must outlive the topic.
  private let partition: RunPartition?

  /// - Parameter partition: the partition of all records that name none; `nil` leaves each to librdkafka.
  init(_ name: String, _ client: KafkaClient, partition: RunPartition? = nil) throws(TransportError) {
    let configuration = partition == nil ? nil : rd_kafka_default_topic_conf_dup(client.handle)
    if let configuration { partition?.attach(to: configuration) }
    // librdkafka takes ownership of the configuration, also when the call fails.
    guard let pointer = rd_kafka_topic_new(client.handle, name, configuration) else {
      throw .kafka(action: "opening topic \(name)", code: KafkaCode(rd_kafka_last_error()), detail: nil)
    }
    self.pointer = pointer
    self.client = client
    self.name = name
    self.partition = partition
  }

  deinit { rd_kafka_topic_destroy(pointer) }

  /// How long to wait for a topic that the brokers' metadata lacks, ms: not every broker knows a new topic at once.
  static let timeout: Int32 = 3000
  /// The longest wait for a connection to a leader, ms; after that, sending opens it.
  private static let connectionTime: Int64 = 1000

  /// Asks for the topic's leaders and connects to them. Without it the first record of a new client waits for
  /// librdkafka's once-a-second check for topics without a leader (measured: 0.6 to 1 s), and for a connection.
  /// - Parameters:
  ///   - timeout: how long to wait for a topic that the brokers do not know, ms.
  ///   - isStopped: called repeatedly while no broker answers; `true` ends the wait.
  func connect(
    milliseconds: Int32, timeout: Int32 = TopicHandle.timeout, isStopped: () -> Bool = { false }
  ) throws(TransportError) {
    let started = FrameClock.monotonic()
    let deadline = started + Int64(milliseconds) * 1_000_000
    // Short at first, to react to a stop; longer for brokers that are slow to answer.
    var step: Int64 = 1000
    var wasMissing = false
    var watch = ConnectionWatch(client)
    while true {
      let left = max(1, (deadline - FrameClock.monotonic()) / 1_000_000)
      let (code, partitions) = ask(milliseconds: Int32(min(step, left)))
      let led = partitions.compactMap { partition in partition.leader.map { ($0, partition.number) } }
      let leaders = [Int32: Int32](led, uniquingKeysWith: { $1 })
      let now = FrameClock.monotonic()
      let isPatient = now < min(deadline, started + Int64(timeout) * 1_000_000)
      switch code {
      case .none where !leaders.isEmpty:
        openConnections(leaders, until: deadline)
        return takeProducerId(until: deadline)
      // Sending waits for a leader.
      case .none, .noLeader: if !isPatient { return }
      case .unknownTopic:
        wasMissing = true
        if !isPatient { throw .topicMissing(name, broker: client.brokers) }
      case .timedOut, .transport:
        step *= 2
        if now >= deadline || watch.isPointless() {
          throw wasMissing && now >= deadline
            ? .topicMissing(name, broker: client.brokers) : client.failure(.askingForTopic(name), code)
        }
      default: throw client.failure(.askingForTopic(name), code)
      }
      if isStopped() { throw .stopped }
      client.pause(milliseconds: 50)
    }
  }

  /// Asks the brokers for the topic's metadata.
  private func ask(milliseconds: Int32) -> (code: KafkaCode, partitions: [TopicPartition]) {
    var metadata: UnsafePointer<rd_kafka_metadata>?
    let code = KafkaCode(rd_kafka_metadata(client.handle, 0, pointer, &metadata, milliseconds))
    guard code == .none, let metadata else { return (code, []) }
    defer { rd_kafka_metadata_destroy(metadata) }
    guard metadata.pointee.topic_cnt > 0 else { return (.unknownTopic, []) }
    let topic = metadata.pointee.topics[0]
    return (KafkaCode(topic.err), TopicPartition.all(of: topic))
  }

  /// Asks all leaders for an end offset at once, which opens their connections; if it fails, sending reports why. Not
  /// by `rd_kafka_query_watermark_offsets`, which in librdkafka 2.0.2 waits for a dead leader for ever.
  private func openConnections(_ leaders: [Int32: Int32], until deadline: Int64) {
    let left = Self.time(until: deadline)
    guard left > 0 else { return }
    PartitionList(name, Array(leaders.values), offset: Int64(RD_KAFKA_OFFSET_END)).pass {
      rd_kafka_offsets_for_times(client.handle, $0, left)
    }
  }

  /// Makes an idempotent producer request its id: it does so when metadata comes and a connection is open, otherwise it
  /// checks every 500 ms. With librdkafka 2.10 and newer no connection may be open when the first metadata comes, as
  /// that closes the one to the address the user gave. (Measured with 2.16.0: without this the first record waited for
  /// 500 ms in 7 of 15 runs.)
  private func takeProducerId(until deadline: Int64) {
    let left = Self.time(until: deadline)
    if left > 0 { _ = ask(milliseconds: left) }
  }

  /// Returns the time left for a step that sending does not depend on, ms.
  private static func time(until deadline: Int64) -> Int32 {
    Int32(min(connectionTime, (deadline - FrameClock.monotonic()) / 1_000_000))
  }
}
