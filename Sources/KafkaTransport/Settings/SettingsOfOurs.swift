extension KafkaSettings {
  /// What a client is for.
  public enum Use: Sendable {
    /// A feed of frames.
    case sending
    /// A sink.
    case reading
  }

  /// Looks for settings that must stay as they are, since what is promised rests on them.
  /// - Throws: ``TransportError/setting(key:reason:)`` with the reason and what to use instead.
  public func check(for use: Use) throws(TransportError) {
    let taken = use == .sending ? Self.ofSending : Self.ofReading
    for entry in overrides {
      if let reason = taken.first(where: { $0.key == entry.key })?.reason {
        throw .setting(key: entry.key, reason: "leave it out: \(reason)")
      }
    }
  }

  private static let ofSending = [
    (
      key: "transactional.id",
      reason: "frames are sent outside of transactions, so that each can be read as soon as it is there"
    )
  ]

  private static let ofReading = [
    (
      key: "group.id", reason: "the group's name is --group NAME"
    ),
    (
      key: "enable.auto.offset.store",
      reason: "a record counts as read when its answer is saved, not when it was fetched"
    ),
    (
      key: "enable.auto.commit",
      reason: "without it the group would begin anew at each start; how often positions are committed is "
        + "auto.commit.interval.ms"
    ),
    (
      key: "auto.offset.reset",
      reason: "where a new group begins is --from; a position that the topic does not have is told, never "
        + "replaced"
    ),
    (
      key: "enable.partition.eof", reason: "--until-end would never know the end"
    ),
    (
      key: "transactional.id",
      reason:
        "answers and dead letters are sent outside of transactions, each before its record counts as read"
    ),
  ]
}
