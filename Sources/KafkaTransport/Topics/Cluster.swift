import CRDKafka

/// What the brokers say of themselves and their topics.
public struct Cluster: Sendable {
  /// Each topic's partitions, by its name: of all topics that the login may see.
  public let partitions: [String: [TopicPartition]]
  /// How many partitions each topic has.
  public var topics: [String: Int] { partitions.mapValues(\.count) }
  /// The brokers' numbers.
  public let brokers: [Int32]
  /// Where each broker says that it is, by its number.
  let addresses: [Int32: Address]
  /// `nil` when the broker does not tell.
  public let id: String?

  /// Whether this is the local development broker: its cluster id is the same on every machine. It ignores
  /// the client's fetch limits and keeps everything in memory, so some settings are for it alone.
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

  /// Asks for all topics: asking for one by name would create it on brokers that do so.
  init(_ client: KafkaClient, milliseconds: Int32) throws(TransportError) {
    let (code, metadata) = client.metadata(of: nil, milliseconds: milliseconds)
    guard let metadata else { throw client.failure("asking for topics", code) }
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
    // Cached from the answer above: this does not wait.
    if let text = rd_kafka_clusterid(client.handle, 0) {
      id = String(cString: text)
      rd_kafka_mem_free(client.handle, text)
    } else {
      id = nil
    }
  }
}
