extension KafkaSettings {
  /// What a client is for.
  public enum Use: Sendable, Equatable {
    /// A feed of frames.
    case sending
    /// A sink of this group.
    case reading(group: String)
  }

  /// Looks for settings that must stay as they are, since what is promised rests on them. One that says what is so
  /// anyway may pass: files of settings are shared among programs.
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

  /// Looks for settings that no client takes: unknown ones, and values that are refused.
  /// - Throws: ``TransportError/setting(key:reason:)`` with librdkafka's words, or what a setting of Java's is called
  ///   here.
  public func check() throws(TransportError) { _ = try ClientConfiguration(self, preset: []) }

  /// A setting that is ours to set.
  private struct OwnSetting {
    let key: String
    /// What it is; `nil` where it is not set at all.
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

    /// librdkafka takes several words for true and false.
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
      "frames are sent outside of transactions, so that each can be read as soon as it is there")
  ]

  private static let ofReading = [
    OwnSetting(
      "enable.auto.offset.store", "false",
      "a record counts as read when its answer is saved, not when it was fetched"),
    OwnSetting(
      "enable.auto.commit", "true",
      "without it the group would begin anew at each start; how often positions are committed is "
        + "auto.commit.interval.ms"),
    OwnSetting(
      "auto.offset.reset", "error",
      "where a new group begins is --from; a position that the topic does not have is told, never replaced"),
    OwnSetting("enable.partition.eof", "true", "--until-end would never know the end"),
    OwnSetting(
      "transactional.id", nil,
      "answers and dead letters are sent outside of transactions, each before its record counts as read"),
  ]
}
