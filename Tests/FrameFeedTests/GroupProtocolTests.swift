import Foundation
import KafkaTransport
import Testing

/// Groups whose partitions the brokers share out (KIP-848, `group.protocol=consumer`): judged by the topic and the
/// answers alone, and by the broker's positions.
@Suite(
  .serialized, .enabled(if: kafkaHome != nil, "KAFKA_HOME names a directory with libs/ of Apache Kafka"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"),
  .enabled(if: LibraryAbility.groupsOfBrokers.isThere(), "librdkafka 2.12.0 or newer"),
  .withKafka([
    "group.consumer.min.session.timeout.ms=1000", "group.consumer.session.timeout.ms=4000",
    "group.consumer.min.heartbeat.interval.ms=500", "group.consumer.heartbeat.interval.ms=500",
  ]))
struct GroupProtocolTests {
  private static let new = ["-X", "group.protocol=consumer"]
  /// Frames of a feed of each partition.
  private static let lengths = [260, 150, 200, 90]

  private func topicCase() throws -> TopicCase {
    try TopicCase(partitions: Self.lengths.count, on: try #require(KafkaTrait.broker).address)
  }

  private func startSources(_ topicCase: TopicCase) throws -> [RunningCommand] {
    try Self.lengths.enumerated().map {
      try topicCase.startSource(UnequalTopic.feed(in: $0, of: Self.lengths.count), $1, fps: 20)
    }
  }

  /// One of two sinks is killed: the other has its partitions when the brokers have ended its session.
  @Test func aKilledSinkIsTakenOver() throws {
    let topicCase = try topicCase()
    let first = try topicCase.startSink("first", Self.new)
    let second = try topicCase.startSink("second", Self.new + ["--idle-timeout", "8"])
    usleep(3_000_000)  // both have joined
    let sources = try startSources(topicCase)
    topicCase.awaitAnswers("first", 40)
    topicCase.awaitAnswers("second", 40)
    first.kill()
    _ = try first.wait()
    for source in sources { #expect(try source.wait().code == 0) }
    let ended = try second.wait()
    #expect(ended.code == 0, "\(ended.errors)")
    let audit = try topicCase.audit(["first", "second"])
    #expect(audit.totals["frames"] == 700 && audit.totals["answered"] == 700, "\(audit)")
    #expect(audit.totals["behind"] == 0, "\(audit)")
    // Answered and not committed: a second of what the killed one read.
    #expect(audit.totals["twice"] ?? 0 < 100, "\(audit)")
    print("group.protocol=consumer, one sink killed: \(audit)")
  }

  /// Sinks come and go in order: partitions move one by one, and nothing is answered twice.
  @Test func partitionsMoveWithoutReadingTwice() throws {
    let topicCase = try topicCase()
    let first = try topicCase.startSink("first", Self.new)
    let sources = try startSources(topicCase)
    topicCase.awaitAnswers("first", 100)
    let second = try topicCase.startSink("second", Self.new + ["--idle-timeout", "8"])
    topicCase.awaitAnswers("second", 40)
    first.interrupt()
    #expect(try first.wait().code == 130)
    for source in sources { #expect(try source.wait().code == 0) }
    let ended = try second.wait()
    #expect(ended.code == 0, "\(ended.errors)")
    let audit = try topicCase.audit(["first", "second"])
    #expect(audit.exit == 0 && audit.totals["frames"] == 700, "\(audit)")
  }

  /// Such a group has members, though Kafka's older question does not tell; and what belongs to the brokers is refused.
  @Test func whatDoesNotGoTogetherIsSaid() throws {
    let topicCase = try topicCase()
    let sink = try topicCase.startSink("first", Self.new + ["-X", "group.instance.id=rig"])
    try topicCase.send([1, 1, 1, 1])
    topicCase.awaitAnswers("first", 4)
    func refusal(_ arguments: [String]) throws -> String {
      let ended = try topicCase.sink("other", arguments + ["--idle-timeout", "5"])
      #expect(ended.code == 1, "\(arguments): \(ended.errors)")
      return ended.errors
    }
    let members = "cannot be used with group \(topicCase.topic) while the group has members (1 now)"
    #expect(
      try refusal(["--partition", "0"]).contains("--assign " + members))
    #expect(try refusal(Self.new + ["--rewind", "--from", "beginning"]).contains(members))
    #expect(
      try refusal(Self.new + ["-X", "session.timeout.ms=6000"]).contains(
        "`session.timeout.ms` is not supported for `group.protocol=consumer`"))
    #expect(
      try refusal(Self.new + ["-X", "group.instance.id=rig"]).contains(
        "another sink has this group.instance.id; after a sink was killed it is free when"))
    sink.interrupt()
    #expect(try sink.wait().code == 130)
    // One that ends in order gives its name back at once.
    let again = try topicCase.startSink("again", Self.new + ["-X", "group.instance.id=rig"])
    try topicCase.send([2, 2, 2, 2])
    topicCase.awaitAnswers("again", 8)
    again.interrupt()
    #expect(try again.wait().code == 130)
  }
}
