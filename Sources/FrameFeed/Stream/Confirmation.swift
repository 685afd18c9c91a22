import KafkaTransport

/// What it means that a frame is acknowledged: the setting `acks`.
enum Confirmation: Sendable, Equatable {
  /// Nobody says that a frame arrived (`acks=0`): it is sent, and no more is known.
  case none
  /// The partition's leader alone has it (`acks=1`).
  case leader
  /// As many have it as the topic wants in sync.
  case inSync

  /// - Parameter kafka: what the user set; what FrameFeed sets without is `all`, as is librdkafka's default.
  init(_ kafka: KafkaSettings) {
    let names: Set = ["acks", "request.required.acks"]
    switch kafka.overrides.last(where: { names.contains($0.key) })?.value {
    case "0": self = .none
    case "1": self = .leader
    default: self = .inSync
    }
  }

  /// What a reader of the report should know of it.
  var note: String? {
    switch self {
    case .none:
      "acks=0: the broker confirms nothing, so nobody knows whether the frames that were sent arrived; "
        + "the run does not count as complete"
    case .leader:
      "acks=1: acknowledged by a partition's leader alone; what no other broker has is lost if that one fails"
    case .inSync: nil
    }
  }
}
