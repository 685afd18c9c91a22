import Foundation
import Testing

/// What sources and sinks do when something stands in their way for good, or for long: they say what, and their report
/// is there whatever ends them. (KAFKA-CASES faults 4, 5, 6, 7, 9.)
@Suite(
  .serialized, .enabled(if: kafkaHome != nil, "KAFKA_HOME names a directory with libs/ of Apache Kafka"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"))
struct KafkaStandstillTests {
  private func source(_ topicCase: TopicCase, _ more: [String]) throws -> RunningCommand {
    try topicCase.start(
      framefeed,
      [
        "stream", "synthetic:64x48", "--codec", "raw", "--topic", topicCase.topic, "--feed", "camera-1",
        "--fps", "30", "--loop", "forever", "--no-create", "--quiet", "--report",
        topicCase.file("source.report"),
      ] + more)
  }

  /// The frames of a source that a report counts.
  private func acknowledged(_ topicCase: TopicCase) throws -> Int? {
    let data = try Data(contentsOf: URL(filePath: topicCase.file("source.report")))
    return try JSONDecoder().decode(Report.self, from: data).frames["acknowledged"]
  }

  @Suite(.withKafka) struct OnOneBroker {
    /// A topic that is deleted under them is waited for, half a minute, as it may be made anew; librdkafka 2.0.2 cannot
    /// end a client behind it.
    @Test func aDeletedTopicEndsBoth() throws {
      let tests = KafkaStandstillTests()
      let topicCase = try TopicCase(on: try #require(KafkaTrait.broker).address)
      let sink = try topicCase.startSink("answers")
      let source = try tests.source(topicCase, ["--broker", topicCase.address])
      topicCase.awaitAnswers("answers", 30)
      try topicCase.administer("admin.delete_topics([topic])[topic].result()")
      let isTold = eventually(within: 20) {
        sink.errorsSoFar.contains("topic \(topicCase.topic) does not exist any more")
          // librdkafka 2.10 and newer wait for a topic by themselves, and older ones give its records back.
          && ["waiting for it", "topic \(topicCase.topic) does not exist any more"].contains {
            source.errorsSoFar.contains($0)
          }
      }
      #expect(isTold, "\(sink.errorsSoFar) \(source.errorsSoFar)")
      let (read, sent) = (try sink.wait(), try source.wait())
      #expect(
        read.code == 1 && read.errors.contains("recreate it: framefeed topic create"), "\(read.errors)")
      #expect(sent.code == 1 && sent.errors.contains("framefeed topic create"), "\(sent.errors)")
      let (answered, acknowledged) = (
        try topicCase.report("answers").frames["inferred"], try tests.acknowledged(topicCase)
      )
      #expect(answered == topicCase.answers("answers").count && answered ?? 0 >= 30)
      #expect(acknowledged ?? 0 >= 30)
    }

    /// A quota is told by both, and costs neither a core: an idempotent client with more records than it may have under
    /// way spins.
    @Test func aQuotaIsTold() throws {
      let topicCase = try TopicCase(on: try #require(KafkaTrait.broker).address)
      func quota(_ words: String...) throws {
        try KafkaTool.run(
          "kafka.admin.ConfigCommand",
          [
            "--bootstrap-server", topicCase.address, "--alter", "--entity-type", "clients", "--entity-name",
            "slow",
          ]
            + words)
      }
      try quota("--add-config", "producer_byte_rate=200000,consumer_byte_rate=200000")
      let source = try topicCase.start(
        framefeed,
        [
          "stream", "samples/flight", "--topic", topicCase.topic, "--feed", "camera-1", "--fps", "30",
          "--loop",
          "forever", "--when-full", "drop-oldest", "--drain-timeout", "1", "--quiet", "--broker",
          topicCase.address,
          "-X", "client.id=slow", "--report", topicCase.file("source.report"),
        ])
      let sink = try topicCase.startSink("answers", ["-X", "client.id=slow", "--drain-timeout", "1"])
      let isTold = eventually(within: 30) {
        [source, sink].allSatisfy { $0.errorsSoFar.contains("throttles this client, by") }
      }
      #expect(isTold, "\(source.errorsSoFar) \(sink.errorsSoFar)")
      usleep(8_000_000)
      source.interrupt()
      sink.interrupt()
      let (sent, read) = (try source.wait(), try sink.wait())
      #expect(sent.code == 130 && read.code == 130)
      let data = try Data(contentsOf: URL(filePath: topicCase.file("source.report")))
      struct Cost: Decodable {
        struct Process: Decodable { let cpuSeconds: Double }
        let process: Process
        let durationSeconds: Double
      }
      let cost = try JSONDecoder().decode(Cost.self, from: data)
      #expect(cost.process.cpuSeconds < 0.3 * cost.durationSeconds, "\(cost)")
      print("under a quota: \(cost)")
      try quota("--delete-config", "producer_byte_rate,consumer_byte_rate")
    }
  }

  /// Rights that are taken away end both at once; the right is named, and the report is there.
  @Test func rightsAreTakenAway() throws {
    let guarded = try GuardedBroker()
    let topicCase = try TopicCase(on: guarded.broker.address)
    let user = ["--allow-principal", "User:cam", "--force"]
    let onTopic = ["--topic", topicCase.topic]
    try guarded.rule(["--add", "--operation", "All"] + onTopic + user)
    try guarded.rule(["--add", "--operation", "Read", "--group", topicCase.topic] + user)
    let sink = try topicCase.start(
      framefeed,
      [
        "sink", "--topic", topicCase.topic, "--group", topicCase.topic, "--quiet", "--results",
        topicCase.file("answers"), "--report", topicCase.file("answers.report"),
      ] + guarded.login)
    let source = try source(topicCase, guarded.login)
    topicCase.awaitAnswers("answers", 30)
    try guarded.rule(["--remove", "--operation", "All"] + onTopic + user)
    let (read, sent) = (try sink.wait(), try source.wait())
    #expect(
      sent.code == 1
        && sent.errors.contains("this login (cam) needs Write on topic \(topicCase.topic): kafka-acls"),
      "\(sent.errors)")
    #expect(read.code == 1 && read.errors.contains("this login (cam) needs Read on topic"), "\(read.errors)")
    #expect(try acknowledged(topicCase) ?? 0 >= 30)
    #expect(try topicCase.report("answers").frames["inferred"] ?? 0 >= 30)
    // One line for all the frames.
    #expect(sent.errors.components(separatedBy: "not delivered").count <= 3, "\(sent.errors)")
  }
}
