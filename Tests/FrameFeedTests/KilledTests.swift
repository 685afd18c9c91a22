import Foundation
import Testing

/// Sources and sinks that are killed, against a real broker: nothing acknowledged is lost.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct KilledTests {
  static let motion = "models/motion.json"

  private func stream(_ topic: String, feed: String = "drone-1", frames: Int, fps: Int = 100) throws
    -> RunningCommand
  {
    try RunningCommand(
      framefeed,
      [
        "stream", "synthetic:160x90", "--codec", "raw", "--topic", topic, "--feed", feed, "--fps", "\(fps)",
        "--frames", "\(frames)",
      ])
  }

  /// A sink with a name in its group: one of the same name takes the place of one that was killed. The local
  /// broker never takes a silent member for dead, so without a name nobody would.
  private func sink(_ topic: String, name: String? = "one", _ arguments: String...) throws -> RunningCommand {
    try RunningCommand(
      framefeed,
      ["sink", "--topic", topic, "--group", topic, "--quiet", "--model", Self.motion]
        + (name.map { ["-X", "group.instance.id=\($0)"] } ?? []) + arguments)
  }

  /// What one sink had read without an answer, the next one reads again.
  @Test(arguments: [false, true]) func aKilledSinkLosesNothing(toTopic: Bool) throws {
    let (scratch, answered) = (try Scratch(), try Scratch(partitions: nil))
    #expect(try run(framefeed, "topic", "create", answered.topic).code == 0)
    func place(_ name: String) -> String { toTopic ? "kafka:\(answered.topic)" : scratch.file(name) }
    func all() throws -> [AnsweredFrame] {
      toTopic
        ? try AnsweredFrame.of(topic: answered.topic, broker!)
        : scratch.answered("1.jsonl") + scratch.answered("2.jsonl")
    }
    let first = try sink(scratch.topic, "--results", place("1.jsonl"))
    let source = try stream(scratch.topic, frames: 1000)
    // Two more feeds, each in a partition of its own.
    let others = ["drone-4": 200, "thief": 400]
    let further = try others.map { try stream(scratch.topic, feed: $0.key, frames: $0.value, fps: 40) }
    #expect(try eventually { try all().count >= 300 })
    first.kill()
    _ = try first.wait()
    let before = try all()
    let second = try sink(
      scratch.topic, "--results", place("2.jsonl"), "--until-end", "--idle-timeout", "40", "--report",
      scratch.file("2.json"))
    let sent = try source.wait()
    #expect(sent.code == 0 && sent.text.contains("acknowledged 1000"), "\(sent.errors)")
    for source in further { #expect(try source.wait().code == 0) }
    let finished = try second.wait()
    #expect(finished.code == 0, "\(finished.text) \(finished.errors)")
    let counts = try scratch.report("2.json").frames
    #expect(counts["missing"] == 0 && counts["inferred"] == counts["received"])
    let inferred = try all()
    #expect(before.count >= 300 && before.count < 1600)
    let audit = AnswerAudit([inferred], sent: ["drone-1": [1000]].merging(others.mapValues { [$0] }) { $1 })
    #expect(audit.isComplete, "\(audit)")
    // Twice is what the first had answered and not committed: about a second of frames, never all.
    #expect(audit.twice == before.count + counts["inferred"]! - 1600)
    #expect(audit.twice < before.count)
    try scratch.expectReadToEnd()
    print("sink killed, answers to a \(toTopic ? "topic" : "file"): \(audit)")
  }

  /// The sink names the run that has no end, and has all that was acknowledged.
  @Test func aKilledSourceIsNamed() throws {
    let scratch = try Scratch()
    let source = try stream(scratch.topic, frames: 100_000)
    // Progress in a log: a line each 5 s. What it counts had been acknowledged before it was written.
    func acknowledged() -> Int? {
      let line = source.errorsSoFar.split(separator: "\n").last { $0.contains("frames acknowledged") }
      return line?.split(separator: "/").first.flatMap { Int($0) }
    }
    #expect(eventually { (acknowledged() ?? 0) > 0 })
    usleep(700_000)
    source.kill()
    _ = try source.wait()
    let atLeast = acknowledged() ?? 0
    let finished = try sink(
      scratch.topic, "--until-end", "--idle-timeout", "3", "--results", scratch.file("a.jsonl"), "--report",
      scratch.file("sink.json")
    ).wait()
    #expect(finished.code == 2, "\(finished.errors)")
    let report = try scratch.report("sink.json")
    let answers = scratch.answered("a.jsonl")
    #expect(report.frames["missing"] == 0 && report.frames["inferred"] == answers.count)
    #expect(atLeast > 100 && answers.count >= atLeast)
    #expect(answers.map(\.sequence) == Array(0..<answers.count))
    let note =
      "run \(answers[0].run) of feed drone-1 has no end: its source stopped after frame \(answers.count - 1)"
    #expect(report.notes?.contains(note) == true, "\(report.notes ?? [])")
    #expect(finished.text.contains(note))
    try scratch.expectReadToEnd()
    print("source killed: acknowledged at least \(atLeast), received \(answers.count)")
  }

  /// Four feeds in four partitions, two sinks. One is killed and started again, or ended for good: what it leaves
  /// is taken over, each feed in order.
  @Test(arguments: [true, false]) func whatOneSinkLeavesIsTakenOver(killed: Bool) throws {
    let scratch = try Scratch(partitions: 4)
    func start(_ name: String, _ file: String) throws -> RunningCommand {
      // One with a name keeps its place when it ends in order, too.
      try sink(
        scratch.topic, name: killed ? name : nil, "--idle-timeout", "8", "--results", scratch.file(file))
    }
    let (first, second) = (try start("one", "0.jsonl"), try start("two", "1.jsonl"))
    usleep(4_000_000)  // both have joined
    let lengths = [300, 250, 350, 200]
    let feeds = (0..<4).map { UnequalTopic.feed(in: $0, of: 4) }
    let sources = try zip(feeds, lengths).map {
      try stream(scratch.topic, feed: $0, frames: $1, fps: 40)
    }
    #expect(eventually { (0..<2).allSatisfy { scratch.answered("\($0).jsonl").count >= 100 } })
    if killed { first.kill() } else { first.terminate() }
    let ended = try first.wait()
    #expect(killed || ended.code == 130, "\(ended.errors)")
    let again = killed ? try start("one", "2.jsonl") : nil
    for source in sources { #expect(try source.wait().code == 0) }
    for sink in [second, again].compactMap({ $0 }) {
      let finished = try sink.wait()
      #expect(finished.code == 0, "\(finished.text) \(finished.errors)")
    }
    let parts = (0..<3).map { scratch.answered("\($0).jsonl") }
    #expect(Set(parts[0].map(\.feed)).count == 2 && parts[0].count >= 100)
    #expect(killed ? !parts[2].isEmpty : Set(parts[1].map(\.feed)) == Set(feeds))
    let audit = AnswerAudit(
      parts, sent: Dictionary(uniqueKeysWithValues: zip(feeds, lengths.map { [$0] })))
    #expect(audit.isComplete && audit.disordered == 0, "\(audit)")
    try scratch.expectReadToEnd()
    print("one sink of two \(killed ? "killed" : "ended"): \(audit)")
  }
}
