import KafkaTransport

/// The meaning of an acknowledgement, from the setting `acks`.
enum Confirmation: Sendable, Equatable {
  /// No acknowledgement (`acks=0`): whether a frame arrived is unknown.
  case none
  /// The partition's leader alone stored the frame (`acks=1`).
  case leader
  /// All in-sync replicas stored the frame (`acks=all`).
  case inSync

  /// - Parameter kafka: the user's settings. Without `acks` among them it is `all`, the default of FrameFeed and of
  ///   librdkafka.
  init(_ kafka: KafkaSettings) {
    let names: Set = ["acks", "request.required.acks"]
    switch kafka.overrides.last(where: { names.contains($0.key) })?.value {
    case "0": self = .none
    case "1": self = .leader
    default: self = .inSync
    }
  }

  /// The note for the report.
  var note: String? {
    switch self {
    case .none:
      "acks=0: the broker confirms nothing, so it is not known whether the frames that were sent arrived; "
        + "the run does not count as complete"
    case .leader:
      "acks=1: acknowledged by a partition's leader alone; what no other broker has is lost if that one fails"
    case .inSync: nil
    }
  }
}
