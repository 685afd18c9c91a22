extension KafkaSettings {
  /// Whether the brokers assign a group's partitions, so that its consumers have no session time-out of their own.
  public var groupsAreOfBrokers: Bool { GroupProtocol(self) == .consumer }
}

/// Which side assigns a topic's partitions to the consumers of a group: the consumers themselves, or the brokers
/// (KIP-848, `group.protocol=consumer`).
enum GroupProtocol: String {
  case classic, consumer

  /// The protocol that a user's settings select.
  init(_ settings: KafkaSettings) {
    self = settings.value(Self.name).flatMap(GroupProtocol.init(rawValue:)) ?? .classic
  }

  private static let name = "group.protocol"

  /// Settings that are the brokers' in the new protocol: librdkafka does not start with them
  /// (`rd_kafka_conf_finalize`).
  static let ofBrokers: Set = [
    "session.timeout.ms", "heartbeat.interval.ms", "partition.assignment.strategy", "group.protocol.type",
  ]

  /// Returns why a version of librdkafka does not support a setting of the new protocol.
  static func refusal(
    of key: String, value: String, version: LibraryVersion = .inUse
  ) -> String? {
    // The default value is handled like other settings of Java's.
    let isOfTheNew = key == name ? value != GroupProtocol.classic.rawValue : key == "group.remote.assignor"
    let ability = LibraryAbility.groupsOfBrokers
    guard isOfTheNew, !ability.isThere(in: version) else { return nil }
    return
      "librdkafka \(version) cannot \(ability.action), \(ability.since) or newer can (make deps installs one)"
  }
}
