/// What a topic for frames is created with.
public struct TopicSettings: Sendable, Equatable {
  /// Largest record a topic of ours takes, bytes. Kafka's own default, 1,048,588, refuses a 1080p frame.
  public static let defaultMaximumRecord = 15_000_000

  /// Partitions: as many sinks of one group can share the topic. One keeps all feeds in one order.
  public var partitions: Int
  /// Copies of each partition; `nil` leaves it to the brokers.
  public var replication: Int?
  /// Topic settings by Kafka's names.
  public var configuration: [String: String]

  public init(partitions: Int = 1, replication: Int? = nil, configuration: [String: String] = [:]) {
    self.partitions = partitions
    self.replication = replication
    self.configuration = configuration
  }

  /// The settings with what was left out filled in for these brokers.
  func completed(for cluster: Cluster) -> TopicSettings {
    var result = self
    var defaults = ["max.message.bytes": "\(Self.defaultMaximumRecord)"]
    if cluster.isLocalDevelopmentBroker {
      // It holds everything in memory and writes all of it out once a second.
      defaults["retention.bytes"] = "200000000"
      defaults["segment.bytes"] = "50000000"
    }
    result.configuration.merge(defaults) { given, _ in given }
    return result
  }
}

/// A topic as the brokers describe it.
public struct TopicDescription: Sendable, Equatable {
  public struct Setting: Sendable, Equatable {
    public let value: String
    /// Whether it was set for this topic, not inherited from the broker.
    public let isOwn: Bool
  }

  public let name: String
  public let partitions: Int
  /// By Kafka's names; empty when the broker does not describe topics.
  public let configuration: [String: Setting]

  /// Largest record the topic takes, bytes; `nil` when the broker does not tell.
  public var maximumRecord: Int? { configuration["max.message.bytes"].flatMap { Int($0.value) } }
}

/// How far behind a group of sinks is in one partition.
public struct PartitionLag: Sendable, Equatable, Codable {
  public let partition: Int32
  /// The first offset kept.
  public let beginning: Int64
  /// The offset after the last record.
  public let end: Int64
  /// The next offset the group will read; `nil` when it has committed none.
  public let committed: Int64?

  /// Records still to be read.
  public var lag: Int64 { max(0, end - max(committed ?? beginning, beginning)) }
}
