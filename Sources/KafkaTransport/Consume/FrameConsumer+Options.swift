extension FrameConsumer {
  /// What to read, and from which offset.
  public struct Options: Sendable {
    public var topic: String
    public var group: String
    public var partitions = PartitionChoice.shared
    public var start = ReadingStart.committed
    /// Whether the group's positions are set to ``start`` even if it has some.
    public var rewinds = false
    /// Whether the group's positions are committed; otherwise each start is like a first one.
    public var keepsPositions = true
    /// The largest record that the topic accepts, bytes.
    public var maximumRecord = TopicSettings.defaultMaximumRecord
    /// See ``Cluster/isLocalDevelopmentBroker``.
    public var brokerIgnoresFetchLimits = false
    /// How long records in hand of a partition may still be answered when the group revokes it, s.
    public var handoverTimeout = 30.0
    /// How long to ask for a position before reading fails, s.
    public var searchTimeout = 60.0
    /// How long to wait for a broker's answer to each question about positions, ms.
    var answerTimeout: Int32 = 5000

    public init(topic: String, group: String) {
      self.topic = topic
      self.group = group
    }
  }
}
