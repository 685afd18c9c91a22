extension KafkaSettings {
  /// The purpose of a client.
  public enum Use: Sendable, Equatable {
    /// Sending a feed of frames.
    case sending
    /// Reading as a sink of this group.
    case reading(group: String)
  }

  /// Checks for settings that must not be changed, since guarantees depend on them. A setting with the required value
  /// is accepted: settings files are shared among programs.
  /// - Throws: ``TransportError/setting(key:reason:)`` with the reason and what to use instead.
  public func check(for use: Use) throws(TransportError) {
    let ours =
      switch use {
      case .sending: Self.ofSending
      case .reading(let group):
        Self.ofReading + [
          OwnSetting("group.id", group, "the group's name is --group NAME")
        ]
      }
    for entry in overrides {
      guard let own = ours.first(where: { $0.key == entry.key }), !own.isMet(by: entry.value) else {
        continue
      }
      throw .setting(key: entry.key, reason: "leave it out: \(own.reason)")
    }
  }

  /// Checks for settings that no client accepts: unknown names, and refused values.
  /// - Throws: ``TransportError/setting(key:reason:)`` with librdkafka's message, or the equivalent of a setting of
  ///   Java's.
  public func check() throws(TransportError) { _ = try ClientConfiguration(self, preset: []) }

  /// A setting with a required value.
  private struct OwnSetting {
    let key: String
    /// The required value; `nil` if it must not be set.
    let value: String?
    let reason: String

    init(_ key: String, _ value: String?, _ reason: String) {
      self.key = key
      self.value = value
      self.reason = reason
    }

    func isMet(by other: String) -> Bool {
      guard let value else { return other.isEmpty }
      return other == value || Self.truth(other) == value
    }

    /// librdkafka accepts several spellings of true and false.
    private static func truth(_ text: String) -> String? {
      switch text.lowercased() {
      case "true", "t", "1": "true"
      case "false", "f", "0": "false"
      default: nil
      }
    }
  }

  private static let ofSending = [
    OwnSetting(
      "transactional.id", nil,
      "frames are sent outside of transactions, so that each can be read as soon as it is written")
  ]

  private static let ofReading = [
    OwnSetting(
      "enable.auto.offset.store", "false",
      "a record counts as read when its answer is saved, not when it was fetched"),
    OwnSetting(
      "enable.auto.commit", "true",
      "without it the group would start over at each start; how often positions are committed is "
        + "auto.commit.interval.ms"),
    OwnSetting(
      "auto.offset.reset", "error",
      "where a new group begins is --from; a position that the topic does not have is reported, never replaced"
    ),
    OwnSetting("enable.partition.eof", "true", "--until-end needs it to recognise the end"),
    OwnSetting(
      "transactional.id", nil,
      "answers and dead letters are sent outside of transactions, each before its record counts as read"),
  ]
}
