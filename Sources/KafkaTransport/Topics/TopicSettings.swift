/// The settings with which a topic for frames is created.
public struct TopicSettings: Sendable, Equatable {
  /// The largest record that a topic created by FrameFeed accepts, bytes. Kafka's own default, 1,048,588, refuses a
  /// 1080p frame.
  public static let defaultMaximumRecord = 15_000_000

  /// The number of partitions, which is the most sinks of one group that can share the topic. One keeps all feeds in
  /// one order.
  public var partitions: Int
  /// The replication factor; `nil` leaves it to the brokers.
  public var replication: Int?
  /// The brokers that store each partition, its preferred leader first, in place of ``partitions`` and
  /// ``replication``; `nil` leaves the choice to the brokers.
  public var replicas: [[Int32]]?
  /// Topic settings by Kafka's names.
  public var configuration: [String: String]

  public init(partitions: Int = 1, replication: Int? = nil, configuration: [String: String] = [:]) {
    self.partitions = partitions
    self.replication = replication
    self.configuration = configuration
  }

  /// Returns the settings with defaults for these brokers filled in.
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
    /// Whether the broker hides the value; ``value`` is empty then.
    public let isHidden: Bool
    /// Whether it is set for this topic, not inherited from the broker.
    public let isOwn: Bool

    init(value: String?, isOwn: Bool) {
      self.value = value ?? ""
      isHidden = value == nil
      self.isOwn = isOwn
    }
  }

  public let name: String
  public let layout: [TopicPartition]
  /// The settings by Kafka's names; empty if the broker does not describe topics, or if they are ``withheld``.
  public let configuration: [String: Setting]
  /// The missing right if it is the reason why the settings are unknown.
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

  /// The number of replicas of each partition; the least where they differ.
  public var replication: Int { layout.map(\.replicas.count).min() ?? 0 }

  /// Returns all of the topic's own settings with these changes.
  ///
  /// Kafka's request replaces them all, so unknown ones would be reset.
  func settings(with changes: [String: String]) throws(TransportError) -> [String: String] {
    if let withheld { throw .denied(withheld) }
    guard !configuration.isEmpty else { throw .settingsUnknown(topic: name, names: []) }
    let kept = configuration.filter { $0.value.isOwn && changes[$0.key] == nil }
    let hidden = kept.filter(\.value.isHidden).keys.sorted()
    guard hidden.isEmpty else { throw .settingsUnknown(topic: name, names: hidden) }
    return kept.mapValues(\.value).merging(changes) { $1 }
  }

  /// The largest record that the topic accepts, bytes; `nil` if the broker does not return it.
  public var maximumRecord: Int? { configuration["max.message.bytes"].flatMap { Int($0.value) } }

  /// Whether the brokers delete all but the last record of each key, which is a feed.
  public var isCompacted: Bool { configuration["cleanup.policy"]?.value.contains("compact") ?? false }
}
