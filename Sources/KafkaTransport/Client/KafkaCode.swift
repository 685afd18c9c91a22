import CRDKafka

/// A result code of librdkafka or a broker. Any number is kept, so that codes of newer brokers are preserved.
public struct KafkaCode: RawRepresentable, Sendable, Equatable {
  public let rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }

  init(_ code: rd_kafka_resp_err_t) { rawValue = code.rawValue }

  /// No error.
  public static let none = KafkaCode(RD_KAFKA_RESP_ERR_NO_ERROR)
  public static let queueFull = KafkaCode(RD_KAFKA_RESP_ERR__QUEUE_FULL)
  public static let partitionEnd = KafkaCode(RD_KAFKA_RESP_ERR__PARTITION_EOF)
  public static let timedOut = KafkaCode(RD_KAFKA_RESP_ERR__TIMED_OUT)
  public static let transport = KafkaCode(RD_KAFKA_RESP_ERR__TRANSPORT)
  public static let allBrokersDown = KafkaCode(RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
  public static let unresolved = KafkaCode(RD_KAFKA_RESP_ERR__RESOLVE)
  public static let fatal = KafkaCode(RD_KAFKA_RESP_ERR__FATAL)
  public static let messageTooLarge = KafkaCode(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
  public static let topicExists = KafkaCode(RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
  public static let unknownTopic = KafkaCode(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
  public static let noLeader = KafkaCode(RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
  public static let invalidTimestamp = KafkaCode(RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP)
  public static let unknownPartition = KafkaCode(RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION)
  public static let noOffset = KafkaCode(RD_KAFKA_RESP_ERR__NO_OFFSET)

  /// The log does not have the position to read (`auto.offset.reset` is `error`).
  static let positionGone = KafkaCode(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
  static let offsetOutOfRange = KafkaCode(RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)

  /// The record was not acknowledged within `message.timeout.ms`.
  public static let messageTimedOut = KafkaCode(RD_KAFKA_RESP_ERR__MSG_TIMED_OUT)

  /// Whether an idempotent producer fails with this code because the broker no longer knows its id, epoch or sequence,
  /// so that a new one can continue: a broker that lost its state, or a leader that was behind.
  var isLostPlace: Bool {
    switch code {
    case RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID,
      RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH,
      RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, RD_KAFKA_RESP_ERR_PRODUCER_FENCED,
      RD_KAFKA_RESP_ERR__FENCED, RD_KAFKA_RESP_ERR__INCONSISTENT, RD_KAFKA_RESP_ERR__GAPLESS_GUARANTEE:
      true
    default: false
    }
  }

  /// Whether the record itself was refused or has expired: sending it again would not help.
  var isOfTheRecord: Bool {
    switch code {
    case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, RD_KAFKA_RESP_ERR__MSG_TIMED_OUT,
      RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_INVALID_MSG,
      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      true
    default: false
    }
  }

  /// Whether the broker does not have the topic or its partition: for a while, or for good.
  var isUnknownTopic: Bool {
    switch code {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,
      RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
      true
    default: false
    }
  }

  /// Whether a record was purged from its client's queue, or while it waited for an answer.
  var isPurged: Bool {
    code == RD_KAFKA_RESP_ERR__PURGE_QUEUE || code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT
  }

  /// Whether the user lacks the right to do this.
  var isDenied: Bool {
    switch code {
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,
      RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      true
    default: false
    }
  }

  /// Whether the user lacks the right to the group.
  var isDeniedGroup: Bool { code == RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED }

  /// Whether a commit was refused because the group has members, and this client is not one of them.
  var isOfMembership: Bool {
    switch code {
    case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION,
      RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      true
    default: false
    }
  }

  /// Whether the same request may succeed a little later.
  var mayPass: Bool {
    switch code {
    case RD_KAFKA_RESP_ERR__TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__WAIT_COORD,
      RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
      RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
      RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
      RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT,
      RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      true
    default: false
    }
  }

  /// Whether a fetched batch differs from what the producer sent: its checksum, compression or format is wrong.
  var isDamage: Bool {
    switch code {
    case RD_KAFKA_RESP_ERR__BAD_MSG, RD_KAFKA_RESP_ERR__BAD_COMPRESSION, RD_KAFKA_RESP_ERR__NOT_IMPLEMENTED:
      true
    default: false
    }
  }

  /// A code of `group.protocol=consumer`; not in the headers of older versions.
  static let unreleasedInstanceId = KafkaCode(rawValue: 111)

  /// Whether another consumer with the same `group.instance.id` replaced this one in the group.
  var isFenced: Bool { code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID }

  /// What to do about it, for codes whose texts say what is wrong and not why.
  var remedy: String? {
    switch code {
    case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
      "another sink with the same group.instance.id replaced this one in the group: give each sink a "
        + "group.instance.id of its own, or start only one"
    case Self.unreleasedInstanceId.code:
      "another sink has this group.instance.id; after a sink was killed it is free when the brokers have ended the sink's "
        + "session (their group.consumer.session.timeout.ms): start again then, or with another name or none"
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      "the user is authenticated but lacks the right: a source needs Write and Describe on the topic, a sink Read and Describe"
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      "the user is authenticated but lacks the right: a sink needs Read on its group; name one it may use with --group"
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      "the user is authenticated but lacks a right on the cluster: Create for topics, IdempotentWrite for sending to "
        + "brokers before 2.8 (or -X enable.idempotence=false)"
    case RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND:
      "fewer in-sync replicas than the topic's min.insync.replicas: restart their brokers, or lower it"
    default: nil
    }
  }

  var code: rd_kafka_resp_err_t { rd_kafka_resp_err_t(rawValue) }

  /// The code's name in librdkafka, `MSG_SIZE_TOO_LARGE`.
  public var name: String { String(cString: rd_kafka_err2name(code)) }
}

extension KafkaCode: CustomStringConvertible {
  /// librdkafka's text for the code, one line.
  public var description: String { String(cString: rd_kafka_err2str(code)) }
}
