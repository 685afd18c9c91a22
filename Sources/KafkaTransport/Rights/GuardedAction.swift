import CRDKafka

/// What a client asks of brokers that not every login may: as words for a message, and with the rights that it takes.
///
/// The rights are those of Kafka's documentation, "Operations and Resources on Protocols" (4.3).
public enum GuardedAction: Sendable, Equatable {
  /// Its partitions and offsets.
  case askingForTopic(String)
  case readingTopic(String)
  case sendingToTopic(String)
  case creatingTopic(String)
  case growingTopic(String)
  case changingTopic(String)
  /// Its settings.
  case describingTopic(String)
  case deletingTopic(String)
  /// Its settings.
  case describingBroker(Int32)
  /// The number that an idempotent producer begins with; the topic is where it is to send.
  case startingIdempotence(topic: String)
  case joiningGroup(String, topic: String)
  case committing(group: String, topic: String)
  case askingForPositions(group: String, topic: String)
  case askingForMembers(group: String)
  case sendingInTransaction(id: String, topic: String)

  /// The rights of which any is enough, where a broker refused the action so; empty where the code is of no right that
  /// the action is known to take.
  public func rights(refusedBy code: KafkaCode) -> [AccessRight] {
    switch code.code {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED: ofTopic
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED: ofGroup
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED: ofCluster
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED: ofTransaction
    default: []
    }
  }

  private var ofTopic: [AccessRight] {
    switch self {
    case .askingForTopic(let topic), .askingForPositions(_, let topic):
      [AccessRight(.describe, on: .topic(topic))]
    case .readingTopic(let topic), .committing(_, let topic): [AccessRight(.read, on: .topic(topic))]
    // Told to a group's member of a topic that it may not see.
    case .joiningGroup(_, let topic): [AccessRight(.describe, on: .topic(topic))]
    case .sendingToTopic(let topic), .startingIdempotence(let topic), .sendingInTransaction(_, let topic):
      [AccessRight(.write, on: .topic(topic))]
    case .creatingTopic(let topic):
      [AccessRight(.create, on: .topic(topic)), AccessRight(.create, on: .cluster)]
    case .growingTopic(let topic): [AccessRight(.alter, on: .topic(topic))]
    case .changingTopic(let topic): [AccessRight(.alterConfigs, on: .topic(topic))]
    case .describingTopic(let topic): [AccessRight(.describeConfigs, on: .topic(topic))]
    case .deletingTopic(let topic): [AccessRight(.delete, on: .topic(topic))]
    case .describingBroker, .askingForMembers: []
    }
  }

  private var ofGroup: [AccessRight] {
    switch self {
    case .joiningGroup(let group, _), .committing(let group, _): [AccessRight(.read, on: .group(group))]
    case .askingForPositions(let group, _), .askingForMembers(let group):
      [AccessRight(.describe, on: .group(group))]
    default: []
    }
  }

  private var ofCluster: [AccessRight] {
    switch self {
    case .creatingTopic(let topic):
      [AccessRight(.create, on: .topic(topic)), AccessRight(.create, on: .cluster)]
    case .describingBroker: [AccessRight(.describeConfigs, on: .cluster)]
    // Brokers before 2.8 want the second.
    case .startingIdempotence(let topic), .sendingToTopic(let topic), .sendingInTransaction(_, let topic):
      [AccessRight(.write, on: .topic(topic)), AccessRight(.idempotentWrite, on: .cluster)]
    default: []
    }
  }

  private var ofTransaction: [AccessRight] {
    if case .sendingInTransaction(let id, _) = self {
      [AccessRight(.write, on: .transactionalID(id))]
    } else {
      []
    }
  }

  /// What helps without any right; `nil` where nothing does.
  func wayAround(_ code: KafkaCode) -> String? {
    guard code.code == RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED else { return nil }
    return switch self {
    case .startingIdempotence, .sendingToTopic: "-X enable.idempotence=false does without IdempotentWrite"
    default: nil
    }
  }
}

extension GuardedAction: CustomStringConvertible {
  public var description: String {
    switch self {
    case .askingForTopic(let topic): "asking for topic \(topic)"
    case .readingTopic(let topic): "reading \(topic)"
    case .sendingToTopic(let topic): "sending to \(topic)"
    case .creatingTopic(let topic): "creating topic \(topic)"
    case .growingTopic(let topic): "growing topic \(topic)"
    case .changingTopic(let topic): "changing topic \(topic)"
    case .describingTopic(let topic): "describing topic \(topic)"
    case .deletingTopic(let topic): "deleting topic \(topic)"
    case .describingBroker(let number): "describing broker \(number)"
    case .startingIdempotence(let topic): "starting to send to \(topic)"
    case .joiningGroup(let group, _): "joining group \(group)"
    case .committing(let group, _): "committing positions of group \(group)"
    case .askingForPositions(let group, _): "asking for the positions of group \(group)"
    case .askingForMembers(let group): "asking for the members of group \(group)"
    case .sendingInTransaction(_, let topic): "sending to \(topic) in a transaction"
    }
  }
}
