import CRDKafka

/// The brokers' metadata about themselves and their topics.
public struct Cluster: Sendable {
  /// The partitions of each topic that the login may see, by the topic's name.
  public let partitions: [String: [TopicPartition]]
  /// The number of partitions of each topic.
  public var topics: [String: Int] { partitions.mapValues(\.count) }
  /// The brokers' ids.
  public let brokers: [Int32]
  /// Each broker's advertised address, by its id.
  let addresses: [Int32: Address]
  /// The cluster id; `nil` if the broker does not return it.
  public let id: String?

  /// Whether this is the local development broker: its cluster id is the same on every machine. It ignores the client's
  /// fetch limits and keeps everything in memory, so some settings are used only with it.
  public var isLocalDevelopmentBroker: Bool { id == "MkU3OEVBNTctOEUyRi00" }

  struct Address: Sendable, Equatable, CustomStringConvertible {
    let host: String
    let port: Int32

    var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  }

  static func addresses(_ metadata: UnsafePointer<rd_kafka_metadata>) -> [Int32: Address] {
    (0..<Int(metadata.pointee.broker_cnt)).reduce(into: [:]) { addresses, at in
      let broker = metadata.pointee.brokers[at]
      guard let host = broker.host else { return }
      addresses[broker.id] = Address(host: String(cString: host), port: broker.port)
    }
  }

  /// Requests the metadata of all topics: asking for one by name would create it on brokers that create topics
  /// automatically.
  init(_ client: KafkaClient, milliseconds: Int32) throws(TransportError) {
    let (code, metadata) = client.metadata(of: nil, milliseconds: milliseconds)
    guard let metadata else { throw client.failure("requesting the topics", code) }
    defer { rd_kafka_metadata_destroy(metadata) }
    var partitions: [String: [TopicPartition]] = [:]
    for at in 0..<Int(metadata.pointee.topic_cnt) {
      let topic = metadata.pointee.topics[at]
      guard let name = topic.topic, KafkaCode(topic.err) == .none else { continue }
      partitions[String(cString: name)] = TopicPartition.all(of: topic)
    }
    self.partitions = partitions
    brokers = (0..<Int(metadata.pointee.broker_cnt)).map { metadata.pointee.brokers[$0].id }
    addresses = Self.addresses(metadata)
    // Cached from the response above: this does not wait.
    if let text = rd_kafka_clusterid(client.handle, 0) {
      id = String(cString: text)
      rd_kafka_mem_free(client.handle, text)
    } else {
      id = nil
    }
  }
}
