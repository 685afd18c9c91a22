import CRDKafka

/// What the brokers say of themselves and their topics.
public struct Cluster: Sendable {
  /// Partitions of each topic by name.
  public let topics: [String: Int]
  /// The broker that leads each partition, by topic; negative where there is none.
  public let leaders: [String: [Int32]]
  /// Partitions that have no leader now, by topic.
  var leaderless: [String: [Int32]] {
    leaders.mapValues { led in led.indices.filter { led[$0] < 0 }.map { Int32($0) } }.filter {
      !$0.value.isEmpty
    }
  }
  /// The brokers' numbers.
  public let brokers: [Int32]
  /// `nil` when the broker does not tell.
  public let id: String?

  /// Whether this is the local development broker: its cluster id is the same on every machine. It ignores
  /// the client's fetch limits and keeps everything in memory, so some settings are for it alone.
  public var isLocalDevelopmentBroker: Bool { id == "MkU3OEVBNTctOEUyRi00" }

  /// Asks for all topics: asking for one by name would create it on brokers that do so.
  init(_ client: KafkaClient, milliseconds: Int32) throws(TransportError) {
    var metadata: UnsafePointer<rd_kafka_metadata>?
    let code = KafkaCode(rd_kafka_metadata(client.handle, 1, nil, &metadata, milliseconds))
    guard code == .none, let metadata else { throw client.failure("asking for topics", code) }
    defer { rd_kafka_metadata_destroy(metadata) }
    var topics: [String: Int] = [:]
    var leaders: [String: [Int32]] = [:]
    for at in 0..<Int(metadata.pointee.topic_cnt) {
      let topic = metadata.pointee.topics[at]
      guard let name = topic.topic, KafkaCode(topic.err) == .none else { continue }
      let count = Int(topic.partition_cnt)
      topics[String(cString: name)] = count
      var led = [Int32](repeating: -1, count: count)
      for at in 0..<count {
        let partition = topic.partitions[at]
        if led.indices.contains(Int(partition.id)) { led[Int(partition.id)] = partition.leader }
      }
      leaders[String(cString: name)] = led
    }
    self.topics = topics
    self.leaders = leaders
    brokers = (0..<Int(metadata.pointee.broker_cnt)).map { metadata.pointee.brokers[$0].id }
    // Cached from the answer above: this does not wait.
    if let text = rd_kafka_clusterid(client.handle, 0) {
      id = String(cString: text)
      rd_kafka_mem_free(client.handle, text)
    } else {
      id = nil
    }
  }
}
