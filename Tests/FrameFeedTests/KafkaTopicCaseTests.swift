import Foundation
import Testing

/// What only Apache Kafka does to a topic: partitions added, the topic made anew, records deleted, transactions,
/// compaction, a coordinator that does not answer. (T2 to T5, T11 to T13 and what is right of TOPIC-CASES.)
@Suite(
  .serialized, .enabled(if: kafkaHome != nil, "KAFKA_HOME names a directory with libs/ of Apache Kafka"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"), .withKafka)
struct KafkaTopicCaseTests {
  private func topicCase() throws -> TopicCase {
    try TopicCase(on: try #require(KafkaTrait.broker).address)
  }

  /// A partition that appears later is read from its beginning, within 10 s, also by librdkafka's default of asking for
  /// partitions each 5 minutes. (T2, T13)
  @Test(arguments: ["latest", "committed"]) func partitionsThatAreAddedAreRead(from start: String) throws {
    let topicCase = try topicCase()
    let sink = try topicCase.startSink("answers", ["--from", start])
    if start == "latest" { try topicCase.awaitPositions() }
    let first = try topicCase.startSource(UnequalTopic.feed(in: 1), 100, fps: 20)
    topicCase.awaitAnswers("answers", 10)
    try topicCase.grow(to: 6)
    try topicCase.send([0, 0, 0, 120, 90, 60])
    let all = Date()
    #expect(try first.wait().code == 0)
    topicCase.awaitAnswers("answers", 370)
    #expect(Date().timeIntervalSince(all) < 20)
    sink.interrupt()
    #expect(try sink.wait().code == 130)
    let audit = try topicCase.audit(["answers"])
    #expect(audit.exit == 0 && audit.totals["frames"] == 370, "\(audit)")
  }

  /// Frames of another tool have no numbers: what is read again is told from what is new by the topic's life. (T3)
  @Test func aTopicOfForeignFramesIsMadeAnew() throws {
    let topicCase = try topicCase()
    try topicCase.write("jpeg cam 0 100")
    let sink = try topicCase.startSink("answers", ["--idle-timeout", "7"])
    topicCase.awaitAnswers("answers", 100)
    let before = try topicCase.listing()
    try topicCase.makeAnew()
    try topicCase.write("jpeg cam 0 50", "text garbage 0", "jpeg cam 0 80", "jpeg other 1 30")
    let ended = try sink.wait()
    #expect(ended.code == 2, "one record is garbage")
    #expect(ended.errors.contains("partition 0: the group had read to 105"), "\(ended.errors)")
    #expect(ended.errors.contains("]@50: rejected: "), "\(ended.errors)")
    let audit = try topicCase.audit(["answers"], ["--from-offsets", before])
    #expect(audit.totals["answered"] == 260 && audit.totals["unanswered"] == 0, "\(audit)")
    #expect(audit.totals["behind"] == 0, "\(audit)")
    #expect(try topicCase.report("answers").frames["rejected"] == 1)
  }

  /// The new topic is longer than what was read of the one before, so that no position is out of range. (T4)
  @Test func aTopicIsMadeAnewUnderASinkWithABacklog() throws {
    let topicCase = try topicCase()
    try topicCase.send([100, 60, 80])
    let sink = try topicCase.startSink(
      "answers", delay: 30, ["--until-end", "--idle-timeout", "7"] + TopicCase.littleAtATime)
    topicCase.awaitAnswers("answers", 60)
    let before = try topicCase.listing()
    try topicCase.makeAnew()
    try topicCase.send([120, 70, 90])
    let ended = try sink.wait()
    #expect(ended.code == 2 && ended.errors.contains("the topic was recreated"), "\(ended.errors)")
    let audit = try topicCase.audit(["answers"], ["--from-offsets", before])
    let anew = audit.runs.filter { [120, 70, 90].contains($0.frames) }
    #expect(anew.count == 3 && anew.allSatisfy { $0.unanswered == 0 }, "\(audit)")
    #expect(audit.totals["behind"] == 0)
    // What the one before held is gone, and told.
    #expect(
      ended.text.contains("3 runs have no end: it was deleted with the topic, which was recreated"),
      "\(ended.text)")
    #expect(try topicCase.report("answers").frames["missing"] == 0)
    #expect(audit.totals["unanswered"] == audit.totals["deleted"], "\(audit)")
    print("made anew under a backlog: \(audit)")
  }

  enum Deletion: CaseIterable {
    case all
    case some
    case byRetention
  }

  /// What is deleted under a slow sink is lost: counted and told, whatever comes after it. (T5)
  @Test(arguments: Deletion.allCases) func recordsAreDeletedUnderASink(_ deletion: Deletion) throws {
    let topicCase = try topicCase()
    if deletion == .byRetention {
      try topicCase.set(["segment.bytes=1048576", "retention.bytes=-1"])
    }
    try topicCase.send([400, 60, 120], fps: 2000)
    let before = try topicCase.listing()
    let sink = try topicCase.startSink(
      "answers", delay: 20, ["--until-end", "--idle-timeout", "5"] + TopicCase.littleAtATime)
    topicCase.awaitAnswers("answers", 60)
    switch deletion {
    case .all: try topicCase.deleteRecords("[end(0), end(1), end(2)]")
    case .some: try topicCase.deleteRecords("[350, None, None]")
    case .byRetention: try topicCase.set(["segment.bytes=1048576", "retention.bytes=1048576"])
    }
    let ended = try sink.wait()
    #expect(
      ended.code == 2 && ended.errors.contains("before they were read; raise its retention"),
      "\(ended.errors)")
    let audit = try topicCase.audit(["answers"], ["--from-offsets", before])
    let unanswered = try #require(audit.totals["unanswered"])
    #expect(
      unanswered > 0 && audit.totals["deleted"] == unanswered && audit.totals["behind"] == 0, "\(audit)")
    let report = try topicCase.report("answers")
    // Where all is deleted, so are the three records that end the runs.
    #expect(report.frames["lost"] == unanswered + (deletion == .all ? 3 : 0), "\(report.frames)")
    #expect(report.frames["missing"] == 0 && report.lag == 0)
    print("\(deletion): \(audit)")
  }

  /// A sink behind a neighbour's open transaction says so, and goes on when it ends; `topic lag` counts what is
  /// stored. (T11)
  @Test func aNeighboursTransactionIsOpen() throws {
    let topicCase = try topicCase()
    try topicCase.send([14, 10, 12])
    let committed = topicCase.file("commit")
    let neighbour = try topicCase.startWriting([
      "begin", "X r 0 0 3", "await \(committed)", "X r 0 end 3", "commit",
    ])
    #expect(try eventually { try topicCase.audit([]).partitions[0].end == 23 })
    try topicCase.send([20, 0, 0])
    let sink = try topicCase.startSink("answers", ["--until-end", "--idle-timeout", "30"])
    #expect(eventually { sink.errorsSoFar.contains("waiting behind an open transaction: partition 0") })
    #expect(topicCase.answers("answers").count == 36)
    let lag = try run(
      framefeed, "topic", "lag", topicCase.topic, "--group", topicCase.topic, "--broker", topicCase.address)
    #expect(lag.text.contains("24 records behind an open transaction at offset 20"), "\(lag.text)")
    try Data().write(to: URL(filePath: committed))
    #expect(try neighbour.wait().code == 0)
    let ended = try sink.wait()
    #expect(ended.code == 0, "\(ended.text) \(ended.errors)")
    // The end of a transaction is no record that anyone is handed, and is not taken for another topic's.
    #expect(!ended.errors.contains("recreated"), "\(ended.errors)")
    let audit = try topicCase.audit(["answers"])
    #expect(audit.exit == 0 && audit.totals["frames"] == 59 && audit.totals["behind"] == 0, "\(audit)")
  }

  /// What was committed is read, what was aborted is not, and neither is called lost; nor is what compaction took, which
  /// is missing.
  @Test func whatIsAbortedIsNotLost() throws {
    let topicCase = try topicCase()
    let steps = (0..<6).flatMap { number in
      number % 3 == 2
        ? ["begin", "F aborted 0 0 10", "G aborted 2 0 10", "abort"]
        : [
          "begin", "F r 0 \((number - number / 3) * 10) 10", "G r 2 \((number - number / 3) * 10) 10",
          "commit",
        ]
    }
    let sink = try topicCase.startSink(
      "answers", delay: 5, ["--idle-timeout", "5"] + TopicCase.littleAtATime)
    let ends = ["begin", "F r 0 end 40", "G r 2 end 40", "commit"]
    #expect(try topicCase.startWriting(steps + ends).wait().code == 0)
    let ended = try sink.wait()
    #expect(ended.code == 0, "\(ended.text) \(ended.errors)")
    let audit = try topicCase.audit(["answers"])
    #expect(audit.exit == 0 && audit.totals["frames"] == 80 && audit.totals["behind"] == 0, "\(audit)")
    let frames = try topicCase.report("answers").frames
    #expect(frames["received"] == 80 && frames["lost"] == 0 && frames["missing"] == 0, "\(frames)")
  }

  @Test func whatCompactionTookIsMissing() throws {
    let topicCase = try topicCase()
    try topicCase.set([
      "cleanup.policy=compact", "segment.ms=100", "min.cleanable.dirty.ratio=0.01",
      "max.compaction.lag.ms=100",
    ])
    try topicCase.write(
      "F r 0 0 20", "sleep 0.5", "F r 0 20 20", "sleep 0.5", "F r 0 40 20", "G r 1 0 9", "G r 1 end 9")
    #expect(try eventually(within: 40) { try topicCase.audit([]).totals["frames"]! < 40 })
    let ended = try topicCase.sink("answers", ["--until-end", "--idle-timeout", "3"])
    #expect(ended.code == 2)
    let audit = try topicCase.audit(["answers"])
    #expect(audit.totals["unanswered"] == 0 && audit.totals["behind"] == 0, "\(audit)")
    let frames = try topicCase.report("answers").frames
    #expect(frames["lost"] == 0 && frames["missing"]! >= 39, "\(frames)")
  }

  /// A look-up of positions that fails is no position: it is asked again. (T12)
  @Test(arguments: [0.1, 0.3]) func theCoordinatorStandsStill(after seconds: Double) throws {
    let topicCase = try topicCase()
    try topicCase.send([14, 10, 12])
    #expect(try topicCase.sink("first").code == 0)
    try topicCase.send([4, 8, 6])
    let second = try topicCase.startSink("second", ["--until-end", "--idle-timeout", "20"])
    usleep(UInt32(seconds * 1e6))
    try KafkaTrait.broker!.standStill(seconds: 16)
    let ended = try second.wait()
    #expect(ended.code == 0, "\(ended.errors)")
    #expect(topicCase.answers("second").count == 18)
    let audit = try topicCase.audit(["first", "second"])
    // Its session may have ended with the last commit, which is told then.
    #expect(
      audit.exit == 0 || audit.exit == 3 && ended.errors.contains("read again"), "\(audit) \(ended.errors)")
    #expect(audit.totals["unanswered"] == 0 && audit.totals["twice"] == 0, "\(audit)")
  }

  /// One that reads by itself came first: a sink of the same group joins, and each commits what it read, or says that it
  /// cannot. (T17)
  @Test func aGroupIsJoinedBesideOneThatReadsByItself() throws {
    let topicCase = try topicCase()
    let alone = try topicCase.startSink(
      "alone", ["--partition", "0", "--partition", "1", "--partition", "2"])
    usleep(1_000_000)
    let member = try topicCase.startSink("member")
    usleep(2_000_000)
    try topicCase.send([14, 10, 12])
    topicCase.awaitAnswers("alone", 36)
    topicCase.awaitAnswers("member", 36)
    #expect(eventually { alone.errorsSoFar.contains("positions were not committed") })
    for sink in [alone, member] {
      sink.interrupt()
      #expect(try sink.wait().code == 130)
    }
    let audit = try topicCase.audit(["alone", "member"])
    #expect(audit.totals["unanswered"] == 0 && audit.totals["behind"] == 0, "\(audit)")
  }
}
