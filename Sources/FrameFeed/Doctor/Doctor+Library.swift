import KafkaTransport

extension Doctor {
  /// Returns the abilities that this librdkafka lacks.
  static func library(_ version: LibraryVersion) -> Finding {
    let missing = LibraryAbility.missing(in: version)
    guard !missing.isEmpty else {
      return Finding(level: .good, subject: "librdkafka", text: "\(version)")
    }
    let lacks = missing.map { "\($0.action) (\($0.since) can)" }.joined(separator: ", or ")
    return Finding(
      level: .note, subject: "librdkafka", text: "\(version) cannot \(lacks)",
      remedy: "make deps build  # in a checkout of FrameFeed: takes the current one")
  }
}
