import CRDKafka

/// librdkafka's in-process brokers: no network, no disk. For trying things out and for tests of faults.
///
/// Keeps 5 MiB a partition and cannot carry records over 5 MB; its latencies are those of the client alone.
public final class MockCluster: Sendable {
  /// Sound to send: made and destroyed once; librdkafka locks the cluster itself.
  private struct Handle: @unchecked Sendable {
    let cluster: OpaquePointer
  }

  /// Largest payload that is safe to send, bytes.
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

  /// Addresses of the brokers, for ``KafkaSettings/brokers``.
  public var brokers: String { String(cString: rd_kafka_mock_cluster_bootstraps(handle.cluster)) }

  /// Creates a topic, as its brokers answer no admin request.
  public func create(_ topic: String, partitions: Int = 1) {
    _ = rd_kafka_mock_topic_create(handle.cluster, topic, Int32(partitions), 1)
  }
}
