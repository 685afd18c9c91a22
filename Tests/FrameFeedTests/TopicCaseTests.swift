import Foundation
import Testing

/// Neighbours, changes of hands and hand-written records on one topic, of three partitions of unequal length: every
/// frame is answered or told. (T1, T6, T7, T8, T10, T18 of TOPIC-CASES; those that need Kafka are
/// ``KafkaTopicCaseTests``.)
@Suite(
  .serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"))
struct TopicCaseTests {
  private func topicCase(partitions: Int = UnequalTopic.partitions) throws -> TopicCase {
    try TopicCase(partitions: partitions, on: try #require(broker))
  }

  enum Leaving: CaseIterable {
    case inOrder
    case killed
  }

  /// `latest` is the group's first start: whoever reads on, goes on. (T1)
  @Test(arguments: Leaving.allCases, ["latest", "time"])
  func whatChangesHandsGoesOn(_ leaving: Leaving, from start: String) throws {
    let topicCase = try topicCase()
    try topicCase.send([12, 0, 9])
    let before = try topicCase.listing()
    usleep(20_000)
    let time = "\(Int(Date().timeIntervalSince1970 * 1000))"
    let from = ["--from", start == "time" ? time : start]
    // One that is killed keeps its place on the local broker for ever: only one of its name takes it.
    func arguments(_ name: String) -> [String] {
      from + (leaving == .killed ? ["-X", "group.instance.id=\(name)"] : [])
    }
    let first = try topicCase.startSink("first", arguments("one"))
    // Settled before the first frame, and before one leaves.
    try topicCase.awaitPositions()
    try topicCase.awaitMembers(1)
    let second = try topicCase.startSink("second", arguments("two"))
    try topicCase.awaitMembers(2)
    let sources = try [0, 2].map {
      try topicCase.startSource(UnequalTopic.feed(in: $0), [300, 0, 260][$0], fps: 60)
    }
    #expect(eventually { topicCase.answers("first").count + topicCase.answers("second").count >= 120 })
    leaving == .killed ? first.kill() : first.interrupt()
    #expect(try first.wait().code == (leaving == .killed ? SIGKILL : 130))
    let again = leaving == .killed ? try topicCase.startSink("again", arguments("one")) : nil
    for source in sources { #expect(try source.wait().code == 0) }
    let names = ["first", "second", "again"]
    #expect(try eventually { try topicCase.audit(names, ["--since", before]).exit != 2 })
    for sink in [second, again].compactMap({ $0 }) {
      sink.interrupt()
      #expect(try sink.wait().code == 130)
    }
    let audit = try topicCase.audit(names, ["--since", before])
    #expect(audit.exit != 2 && audit.totals["behind"] == 0, "\(audit)")
    #expect(Set(audit.runs.filter { $0.frames >= 260 }.map(\.answered)) == [300, 260], "\(audit)")
    #expect(audit.runs.filter { $0.frames < 260 }.allSatisfy { $0.answered == 0 }, "\(audit)")
    print("\(leaving), --from \(start): \(audit)")
  }

  /// Without a position a group begins where `--from` says, later it goes on; `--rewind` sets it back, while it has no
  /// members.
  @Test func aGroupGoesOnUnlessItIsRewound() throws {
    let topicCase = try topicCase()
    try topicCase.send([14, 10, 12])
    let first = try topicCase.sink("first")
    #expect(first.code == 0 && topicCase.answers("first").count == 36, "\(first.errors)")
    let second = try topicCase.sink("second", ["--until-end", "--from", "beginning"])
    #expect(second.code == 0 && topicCase.answers("second").isEmpty)
    #expect(
      second.errors.contains("continues at its committed offsets") && second.errors.contains("--rewind"))
    let third = try topicCase.sink("third", ["--until-end", "--from", "beginning", "--rewind"])
    #expect(third.code == 0 && topicCase.answers("third").count == 36, "\(third.errors)")
    let audit = try topicCase.audit(["third"])
    #expect(audit.exit == 0, "\(audit)")
    let member = try topicCase.startSink("member")
    #expect(try eventually { try topicCase.sink("early", ["--until-end", "--rewind"]).code == 1 })
    let refused = try topicCase.sink("fourth", ["--until-end", "--rewind"])
    #expect(
      refused.errors.contains("has members") && topicCase.answers("fourth").isEmpty, "\(refused.errors)")
    member.interrupt()
    #expect(try member.wait().code == 130)
  }

  /// The feed that waited longest is next: all of a hundred get answers. (T6)
  @Test func aSlowModelServesEachOfManyFeeds() throws {
    let topicCase = try topicCase()
    let feeds = (0..<100).map { "feed-\($0)" }
    let sink = try topicCase.startSink("answers", delay: 10, ["--policy", "latest", "--idle-timeout", "4"])
    var steps = ["sleep 1.5"]
    for sequence in 0..<25 {
      steps += feeds.enumerated().map { "\($1) r \($0 % 3) \(sequence) 1" } + ["sleep 0.1"]
    }
    steps += feeds.enumerated().map { "\($1) r \($0 % 3) end 25" }
    let writer = try topicCase.startWriting(steps)
    #expect(try writer.wait().code == 0)
    let ended = try sink.wait()
    #expect(ended.code == 0, "\(ended.errors)")
    let counts = Dictionary(topicCase.answers("answers").map { ($0.feed, 1) }, uniquingKeysWith: +)
    let (least, most) = (counts.values.min() ?? 0, counts.values.max() ?? 0)
    #expect(counts.count == feeds.count && most - least <= 2, "\(least) to \(most)")
    let audit = try topicCase.audit(["answers"], ["--policy", "latest"])
    #expect(audit.exit == 0 && audit.totals["behind"] == 0, "\(audit)")
    print("100 feeds: \(counts.values.reduce(0, +)) answers, \(least) to \(most) a feed")
  }

  /// What is newest is told by the numbers, whatever partition is fetched first; and what is dropped is done with in
  /// its own partition. (T7)
  @Test(arguments: [0, 10]) func theLatestOfAFeedThatMoved(delay: Int) throws {
    let topicCase = try topicCase()
    try topicCase.write(
      "X r 2 0 240", "X r 0 240 120", "Y r 1 0 100", "X r 0 end 360", "Y r 1 end 100")
    let ended = try topicCase.sink(
      "answers", delay: delay, ["--policy", "latest", "--until-end"] + TopicCase.littleAtATime)
    #expect(ended.code == 0, "\(ended.errors)")
    let sequences = topicCase.answers("answers").filter { $0.feed == "X" }.map(\.sequence)
    #expect(sequences.last == 359 && sequences == sequences.sorted(), "\(sequences)")
    let audit = try topicCase.audit(["answers"], ["--policy", "latest"])
    #expect(audit.exit == 0 && audit.totals["behind"] == 0, "\(audit)")
    let frames = try topicCase.report("answers").frames
    #expect(frames["missing"] == 0 && frames["received"] == 460)
  }

  /// What was answered in an earlier start, or never asked for, is not missing. (T8)
  @Test func whatAnEarlierStartReadIsNotMissing() throws {
    let topicCase = try topicCase()
    // Two sources of one feed, by turns; and one whose feed is moved to another partition.
    let turns = (0..<25).flatMap { ["F A 0 \($0) 1", "F B 0 \($0) 1"] } + ["M A 1 0 50"]
    #expect(try topicCase.startWriting(turns).wait().code == 0)
    let first = try topicCase.sink("first", ["--frames", "80"])
    #expect(first.code == 0, "\(first.errors)")
    let more = (25..<72).flatMap { ["F A 0 \($0) 1", "F B 0 \($0) 1"] }
    let ends = ["M A 2 50 50", "F A 0 end 72", "F B 0 end 72", "M A 2 end 100"]
    #expect(try topicCase.startWriting(more + ends).wait().code == 0)
    let second = try topicCase.sink("second")
    #expect(second.code == 0, "\(second.text) \(second.errors)")
    let audit = try topicCase.audit(["first", "second"])
    #expect(audit.exit == 0 && audit.totals["frames"] == 244, "\(audit)")
    for name in ["first", "second"] { #expect(try topicCase.report(name).frames["missing"] == 0) }
  }

  /// Holes are missing: within a partition, between two, and at the end; and where an end record counts too few. (T18)
  @Test func holesAreMissing() throws {
    let topicCase = try topicCase()
    try topicCase.write(
      "G A 0 0 3", "G A 0 5 2", "G A 1 7 1", "G A 1 9 1", "G A 1 end 12",
      "S A 2 0 2", "S A 2 3 2", "S A 2 end 2")
    let ended = try topicCase.sink("answers")
    #expect(ended.code == 2)
    let frames = try topicCase.report("answers").frames
    #expect(frames["missing"] == 6 && frames["received"] == 11 && frames["lost"] == 0, "\(frames)")
    let audit = try topicCase.audit(["answers"])
    #expect(audit.totals["unanswered"] == 0 && audit.totals["behind"] == 0, "\(audit)")
  }

  /// A second sink with nothing to read ends, be it without a partition or without a frame. (T10)
  @Test(arguments: [1, 3]) func asManySinksAsStartEnd(partitions: Int) throws {
    let topicCase = try topicCase(partitions: partitions)
    let source = try topicCase.startSource(
      UnequalTopic.feed(in: partitions - 1, of: partitions), 120, fps: 30)
    try UnequalTopic.awaitFrame(topicCase.topic, on: topicCase.address)
    let waiting = ["--until-end", "--idle-timeout", "6"]
    let first = try topicCase.startSink("first", waiting)
    usleep(700_000)
    let second = try topicCase.startSink("second", waiting)
    #expect(try source.wait().code == 0)
    for sink in [first, second] {
      let ended = try sink.wait()
      #expect(ended.code == 0, "\(ended.text) \(ended.errors)")
    }
    let audit = try topicCase.audit(["first", "second"])
    #expect(audit.exit != 2 && audit.totals["behind"] == 0, "\(audit)")
    print("\(partitions) partitions, two sinks: \(audit)")
  }

  /// Behind a source that was killed and a later run the sink ends, and says which run has no end. (T10)
  @Test func aRunWithoutEndIsNamed() throws {
    let topicCase = try topicCase()
    try topicCase.write("F killed 0 0 30", "F later 0 0 20", "F later 0 end 20", "Y r 1 0 9", "Y r 1 end 9")
    let ended = try topicCase.sink("answers", ["--until-end", "--idle-timeout", "6"])
    #expect(
      ended.code == 2 && ended.errors.contains("waiting for the end of run killed of feed F"),
      "\(ended.errors)")
    #expect(
      ended.text.contains("run killed of feed F has no end: its source stopped after frame 29"),
      "\(ended.text)")
    let audit = try topicCase.audit(["answers"])
    #expect(audit.exit == 0 && audit.totals["frames"] == 59, "\(audit)")
    // The group has read everything.
    let again = try topicCase.sink("again")
    #expect(again.code == 0 && topicCase.answers("again").isEmpty, "\(again.errors)")
  }

  /// One that reads by itself would have its commits refused beside a group's members. (T17)
  @Test func onePartitionIsNotTakenFromAGroupWithMembers() throws {
    let topicCase = try topicCase()
    try topicCase.send([6, 4, 5])
    let member = try topicCase.startSink("member")
    topicCase.awaitAnswers("member", 15)
    let refused = try topicCase.sink("alone", ["--partition", "0", "--until-end"])
    #expect(refused.code == 1 && refused.errors.contains("while the group has members"), "\(refused.errors)")
    member.interrupt()
    #expect(try member.wait().code == 130)
    let audit = try topicCase.audit(["member", "alone"])
    #expect(audit.exit == 0, "\(audit)")
  }
}
