import Testing

@testable import KafkaTransport

/// What a topic's settings are once some were changed: Kafka's request replaces all of its own.
@Suite struct TopicChangeTests {
  private func topic(_ settings: [String: TopicDescription.Setting]) -> TopicDescription {
    TopicDescription(name: "frames", layout: [], configuration: settings)
  }

  private let retention = TopicDescription.Setting(value: "1000", isOwn: true)
  private let inherited = TopicDescription.Setting(value: "delete", isOwn: false)
  private let hidden = TopicDescription.Setting(value: nil, isOwn: true)

  @Test func whatIsTheTopicsOwnIsKept() throws {
    let topic = topic(["retention.bytes": retention, "cleanup.policy": inherited])
    #expect(
      try topic.settings(with: ["max.message.bytes": "5"]) == [
        "retention.bytes": "1000", "max.message.bytes": "5",
      ])
    #expect(try topic.settings(with: ["retention.bytes": "7"]) == ["retention.bytes": "7"])
  }

  /// It was sent back as an empty value.
  @Test func aSettingThatTheBrokerHidesIsNotOverwritten() throws {
    let topic = topic(["retention.bytes": retention, "secret.thing": hidden])
    let refusal = try #require(throws: TransportError.self) {
      try topic.settings(with: ["max.message.bytes": "5"])
    }
    #expect("\(refusal)".contains("the broker does not report secret.thing"), "\(refusal)")
    // Unless it is what is changed.
    #expect(
      try topic.settings(with: ["secret.thing": "x"]) == ["secret.thing": "x", "retention.bytes": "1000"])
  }

  /// All of the topic's own would have been reset.
  @Test func nothingIsChangedWhereNothingIsKnown() throws {
    let refusal = try #require(throws: TransportError.self) { try topic([:]).settings(with: ["a": "b"]) }
    #expect("\(refusal)".contains("the broker does not report its settings"))
  }
}
