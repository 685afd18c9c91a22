import CRDKafka

/// librdkafka's in-process brokers: no network, no disk. For trials and for tests of faults.
///
/// Keeps 5 MiB per partition and cannot store records over 5 MB; its latencies are those of the client alone.
public final class MockCluster: Sendable {
  /// Sound to send: created and destroyed once; librdkafka locks the cluster itself.
  private struct Handle: @unchecked Sendable {
    let cluster: OpaquePointer
  }

  /// The largest payload that is safe to send, bytes.
  public static let maximumPayload = 4_000_000

  private let owner: KafkaClient
  private let handle: Handle

  public init(brokers: Int = 1) throws(TransportError) {
    owner = try KafkaClient(
      RD_KAFKA_PRODUCER, KafkaSettings(brokers: ""), preset: [], events: ClientEvents(log: nil))
    guard let cluster = rd_kafka_mock_cluster_new(owner.handle, Int32(brokers)) else {
      throw .client(reason: "librdkafka's in-process cluster did not start")
    }
    handle = Handle(cluster: cluster)
  }

  deinit { rd_kafka_mock_cluster_destroy(handle.cluster) }

  /// The addresses of the brokers, for ``KafkaSettings/brokers``.
  public var brokers: String { String(cString: rd_kafka_mock_cluster_bootstraps(handle.cluster)) }

  /// Creates a topic, as its brokers answer no admin request. Leaders are assigned in turn.
  public func create(_ topic: String, partitions: Int = 1) {
    _ = rd_kafka_mock_topic_create(handle.cluster, topic, Int32(partitions), 1)
  }
}

/// Faults. Brokers are numbered from 1.
extension MockCluster {
  /// Requests for which an error can be set, by Kafka's numbers.
  enum Request: Int16 {
    case produce = 0
    case fetch = 1
    case metadata = 3
    case offsetCommit = 8
    case offsetFetch = 9
    case heartbeat = 12
  }

  /// Closes a broker's connections and accepts no new ones. It stays a leader.
  /// - Parameter broker: `nil` for all.
  func takeDown(_ broker: Int32? = nil) { rd_kafka_mock_broker_set_down(handle.cluster, broker ?? -1) }

  /// Lets a broker accept connections again.
  func bringUp(_ broker: Int32? = nil) { rd_kafka_mock_broker_set_up(handle.cluster, broker ?? -1) }

  /// Makes a broker the leader of a partition; `nil` leaves it without a leader.
  func setLeader(_ topic: String, _ partition: Int32 = 0, to broker: Int32?) {
    rd_kafka_mock_partition_set_leader(handle.cluster, topic, partition, broker ?? -1)
  }

  /// Sets the coordinator of a group.
  func setCoordinator(of group: String, to broker: Int32) {
    rd_kafka_mock_coordinator_set(handle.cluster, "group", group, broker)
  }

  /// Sets the error that the brokers return in metadata of a topic.
  func setError(of topic: String, _ code: KafkaCode) {
    rd_kafka_mock_topic_set_error(handle.cluster, topic, code.code)
  }

  /// Answers the next requests of a kind with these errors, whichever broker they go to.
  func fail(_ request: Request, with codes: [KafkaCode]) {
    let errors = codes.map(\.code)
    rd_kafka_mock_push_request_errors_array(handle.cluster, request.rawValue, errors.count, errors)
  }

  /// Answers a broker's next request of a kind late, with an error or without.
  func delay(_ request: Request, of broker: Int32, milliseconds: Int32, code: KafkaCode = .none) {
    framefeed_mock_push_error(handle.cluster, broker, request.rawValue, code.code, milliseconds)
  }

  /// Sets the round-trip time of all brokers.
  func setRoundTrip(milliseconds: Int32) {
    rd_kafka_mock_broker_set_rtt(handle.cluster, -1, milliseconds)
  }
}
