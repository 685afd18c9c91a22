import Foundation
import Testing

/// Answers in a topic: it is made where it is missing, and one that does not take them says what mends it.
@Suite(.enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct ResultTopicTests {
  private func stream(_ scratch: Scratch) throws {
    let sent = try run(
      framefeed, "stream", "samples/flight", "--topic", scratch.topic, "--frames", "5", "--fps", "max",
      "--quiet")
    #expect(sent.code == 0, "\(sent.errors)")
  }

  private func sink(_ scratch: Scratch, to answers: Scratch) throws -> Finished {
    try run(
      framefeed, "sink", "--topic", scratch.topic, "--group", scratch.topic, "--until-end", "--idle-timeout",
      "30", "--quiet", "--model", "models/channel-statistics.json", "--results", "kafka:\(answers.topic)")
  }

  @Test func aMissingTopicIsMade() throws {
    let (scratch, answers) = (try Scratch(), try Scratch(partitions: nil))
    try stream(scratch)
    let finished = try sink(scratch, to: answers)
    #expect(finished.code == 0, "\(finished.errors)")
    #expect(try AnsweredFrame.of(topic: answers.topic, broker!).map(\.sequence) == [0, 1, 2, 3, 4])
    let made = try run(framefeed, "topic", "describe", answers.topic)
    #expect(made.text.contains("max.message.bytes  15000000"), "\(made.text)")
  }

  @Test func aTopicThatIsTooSmallIsNamed() throws {
    let (scratch, answers) = (try Scratch(), try Scratch(partitions: nil))
    try stream(scratch)
    let made = try run(framefeed, "topic", "create", answers.topic, "--max-message-bytes", "150")
    #expect(made.code == 0, "\(made.errors)")
    let finished = try sink(scratch, to: answers)
    #expect(finished.code == 1 && finished.text.contains("missing 0"), "\(finished.text)")
    #expect(
      finished.errors.contains(
        "is above the limit of topic \(answers.topic), 150 bytes; raise it: framefeed"),
      "\(finished.errors)")
    // Nothing counts as read whose answer is not saved.
    let frame = try scratch.committed(UnequalTopic.partition(of: "camera-1"), group: scratch.topic) ?? 0
    #expect(frame <= UnequalTopic.beginning(of: UnequalTopic.partition(of: "camera-1")))
  }
}
