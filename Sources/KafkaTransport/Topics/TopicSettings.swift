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
    /// Whether the broker keeps the value to itself; ``value`` is empty then.
    public let isHidden: Bool
    /// Whether it was set for this topic, not inherited from the broker.
    public let isOwn: Bool

    init(value: String?, isOwn: Bool) {
      self.value = value ?? ""
      isHidden = value == nil
      self.isOwn = isOwn
    }
  }

  public let name: String
  public let layout: [TopicPartition]
  /// By Kafka's names; empty when the broker does not describe topics, and when they are ``withheld``.
  public let configuration: [String: Setting]
  /// Why the settings are not known, where it is a right that is missing.
  public let withheld: Denial?

  init(
    name: String, layout: [TopicPartition], configuration: [String: Setting], withheld: Denial? = nil
  ) {
    self.name = name
    self.layout = layout
    self.configuration = configuration
    self.withheld = withheld
  }

  public var partitions: Int { layout.count }

  /// Copies of each partition; of the one with the fewest, where they differ.
  public var replication: Int { layout.map(\.replicas.count).min() ?? 0 }

  /// All settings of its own once some of them are changed.
  ///
  /// Kafka's request replaces them all, so what is not known would be reset.
  func settings(with changes: [String: String]) throws(TransportError) -> [String: String] {
    if let withheld { throw .denied(withheld) }
    guard !configuration.isEmpty else { throw .settingsUnknown(topic: name, names: []) }
    let kept = configuration.filter { $0.value.isOwn && changes[$0.key] == nil }
    let hidden = kept.filter(\.value.isHidden).keys.sorted()
    guard hidden.isEmpty else { throw .settingsUnknown(topic: name, names: hidden) }
    return kept.mapValues(\.value).merging(changes) { $1 }
  }

  /// Largest record the topic takes, bytes; `nil` when the broker does not tell.
  public var maximumRecord: Int? { configuration["max.message.bytes"].flatMap { Int($0.value) } }

  /// Whether the brokers throw away all but the last record of each key, which is a feed.
  public var isCompacted: Bool { configuration["cleanup.policy"]?.value.contains("compact") ?? false }
}
