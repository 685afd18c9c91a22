import CRDKafka

/// The brokers' metadata of one partition.
public struct TopicPartition: Sendable, Equatable, Codable {
  public let number: Int32
  /// The leader; `nil` if there is none now.
  public let leader: Int32?
  /// The brokers that are assigned its replicas.
  public let replicas: [Int32]
  /// The replicas in sync with the leader.
  public let inSync: [Int32]

  public init(number: Int32, leader: Int32?, replicas: [Int32], inSync: [Int32]) {
    self.number = number
    self.leader = leader
    self.replicas = replicas
    self.inSync = inSync
  }

  /// Returns all partitions of a topic, by number.
  static func all(of topic: rd_kafka_metadata_topic) -> [TopicPartition] {
    (0..<Int(topic.partition_cnt)).map { at in
      let partition = topic.partitions[at]
      return TopicPartition(
        number: partition.id, leader: partition.leader < 0 ? nil : partition.leader,
        replicas: (0..<Int(partition.replica_cnt)).map { partition.replicas[$0] },
        inSync: (0..<Int(partition.isr_cnt)).map { partition.isrs[$0] })
    }.sorted { $0.number < $1.number }
  }
}

/// The brokers' answer to a query for one topic by its name.
public enum TopicLookup: Sendable, Equatable {
  case there([TopicPartition])
  /// The topic does not exist: missing rights give `denied`.
  case missing
  case denied(Denial)
}

extension KafkaClient {
  /// Looks up one topic by its name. A list of all topics lacks those that the login may not see.
  ///
  /// A consumer does not create it by asking (`allow.auto.create.topics`).
  func look(for topic: String, milliseconds: Int32) throws(TransportError) -> TopicLookup {
    guard let handle = rd_kafka_topic_new(handle, topic, nil) else {
      throw .kafka(action: "requesting topic \(topic)", code: KafkaCode(rd_kafka_last_error()), detail: nil)
    }
    defer { rd_kafka_topic_destroy(handle) }
    let (code, metadata) = self.metadata(of: handle, milliseconds: milliseconds)
    let action = GuardedAction.askingForTopic(topic)
    guard let metadata else { throw failure(action, code) }
    defer { rd_kafka_metadata_destroy(metadata) }
    guard metadata.pointee.topic_cnt > 0 else { return .missing }
    let found = metadata.pointee.topics[0]
    switch KafkaCode(found.err) {
    // A new topic may have no leaders yet.
    case .none, .noLeader: return .there(TopicPartition.all(of: found))
    case .unknownTopic: return .missing
    case let code:
      let failure = failure(action, code)
      guard case .denied(let denial) = failure else { throw failure }
      return .denied(denial)
    }
  }
}
