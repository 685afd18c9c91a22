import Foundation
import Testing

/// Two ways to begin at once after a kill, though brokers keep the place of the one that was killed for 45 s:
/// a name in the group, and no place at all.
@Suite(
  .serialized, .enabled(if: kafkaHome != nil, "KAFKA_HOME names a directory with libs/ of Apache Kafka"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"), .withKafka)
struct KafkaPlaceTests {
  @Test(arguments: [["--name", "rig-1"], ["--assign", "all"], ["--assign", "0,1,2"]])
  func whoIsKilledGoesOnAtOnce(_ place: [String]) throws {
    let topicCase = try TopicCase(on: try #require(KafkaTrait.broker).address)
    let sources = try [0, 1, 2].map {
      try topicCase.startSource(UnequalTopic.feed(in: $0), [300, 120, 200][$0], fps: [30, 12, 20][$0])
    }
    let first = try topicCase.startSink("first", place)
    topicCase.awaitAnswers("first", 60)
    first.kill()
    _ = try first.wait()
    let killed = Date()
    let second = try topicCase.startSink("second", place + ["--until-end", "--idle-timeout", "20"])
    topicCase.awaitAnswers("second", 10)
    #expect(Date().timeIntervalSince(killed) < 20, "the place is waited for")
    for source in sources { #expect(try source.wait().code == 0) }
    let ended = try second.wait()
    #expect(ended.code == 0, "\(ended.text) \(ended.errors)")
    let audit = try topicCase.audit(["first", "second"])
    // About a second of frames twice, as after any kill.
    #expect([0, 3].contains(audit.exit) && audit.totals["unanswered"] == 0, "\(audit)")
    #expect(audit.totals["frames"] == 620 && audit.totals["behind"] == 0, "\(audit)")
  }

  /// Partitions that are added are read too, from their beginning.
  @Test func allIsAllThatComes() throws {
    let topicCase = try TopicCase(on: try #require(KafkaTrait.broker).address)
    try topicCase.send([40, 0, 60])
    let sink = try topicCase.startSink("answers", ["--assign", "all"])
    topicCase.awaitAnswers("answers", 100)
    try topicCase.grow(to: 5)
    try topicCase.send([0, 30, 0, 50, 20])
    topicCase.awaitAnswers("answers", 200)
    sink.interrupt()
    #expect(try sink.wait().code == 130)
    let audit = try topicCase.audit(["answers"])
    #expect(audit.exit == 0 && audit.totals["frames"] == 200 && audit.totals["behind"] == 0, "\(audit)")
  }

  /// Its commits and those of members would refuse each other.
  @Test func notBesideMembers() throws {
    let topicCase = try TopicCase(on: try #require(KafkaTrait.broker).address)
    try topicCase.send([10, 20, 5])
    let member = try topicCase.startSink("member")
    topicCase.awaitAnswers("member", 35)
    let refused = try topicCase.sink("alone", ["--assign", "all"])
    #expect(refused.code == 1, "\(refused.errors)")
    #expect(
      refused.errors.contains(
        "--assign cannot be used with group \(topicCase.topic) while the group has members (1 now)"),
      "\(refused.errors)")
    #expect(
      !FileManager.default.fileExists(atPath: topicCase.file("alone")) || topicCase.answers("alone").isEmpty)
    member.interrupt()
    #expect(try member.wait().code == 130)
  }
}
