import Foundation
import KafkaTransport
import Testing

/// A record's place belongs to its partition. Topics whose partitions have different lengths; frames counted by
/// their answers alone, positions by the broker's answer to another client.
@Suite(
  .serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"),
  .enabled(if: python != nil, "FRAMEFEED_PYTHON names a Python with confluent-kafka"))
struct PartitionTests {
  /// A topic, and the sources and sinks that are started on it.
  private final class Rig {
    let scratch: Scratch
    /// Frames a second of each source.
    let rate: Int
    private(set) var sent: [String: [Int]] = [:]
    private var sources: [RunningCommand] = []
    private(set) var sinks: [RunningCommand] = []

    init(partitions: Int = UnequalTopic.partitions, rate: Int = 100) throws {
      scratch = try Scratch(partitions: partitions)
      self.rate = rate
    }

    deinit {
      for command in sources + sinks { command.kill() }
    }

    private func file(_ sink: Int) -> String { "\(sink).jsonl" }

    func answers(_ sink: Int) -> [AnsweredFrame] { scratch.answered(file(sink)) }

    var audit: AnswerAudit { AnswerAudit(sinks.indices.map(answers), sent: sent) }

    @discardableResult
    func startSink(_ arguments: [String] = []) throws -> RunningCommand {
      let sink = try RunningCommand(
        framefeed,
        [
          "sink", "--topic", scratch.topic, "--group", scratch.topic, "--quiet", "--model",
          KilledTests.motion, "--results", scratch.file(file(sinks.count)),
        ] + arguments)
      sinks.append(sink)
      return sink
    }

    func startSource(_ feed: String, _ frames: Int) throws {
      sent[feed, default: []].append(frames)
      sources.append(
        try RunningCommand(
          framefeed,
          [
            "stream", "synthetic:64x48", "--codec", "raw", "--topic", scratch.topic, "--feed", feed, "--fps",
            "\(rate)", "--frames", "\(frames)", "--quiet",
          ]))
    }

    func endSources() throws {
      for source in sources {
        let ended = try source.wait()
        #expect(ended.code == 0, "\(ended.errors)")
      }
      sources = []
    }

    /// Waits until the newest sink has given so many answers.
    func awaitAnswers(_ count: Int) {
      let newest = sinks.count - 1
      #expect(eventually(within: 40) { answers(newest).count >= count }, "sink \(newest)")
    }

    /// Ends a sink in order once every frame has been answered.
    func finish(_ sink: RunningCommand) throws {
      #expect(eventually(within: 40) { audit.lost == 0 }, "\(audit)")
      sink.interrupt()
      let ended = try sink.wait()
      #expect(ended.code == 130, "\(ended.errors)")
    }

    func expectReadToEnd(sourceLocation: SourceLocation = #_sourceLocation) throws {
      try scratch.expectReadToEnd(sourceLocation: sourceLocation)
    }

    /// Most frames that may be answered twice when so many sinks are killed and so often partitions move: a second
    /// lies between two commits. Brokers take commits until the last member has joined again; the local one refuses
    /// them from the first on, so there a move repeats as much as a kill.
    func mostTwice(kills: Int, moves: Int) throws -> Int {
      let cluster = try TopicAdmin(KafkaSettings(brokers: broker!)).cluster()
      let times = kills + (cluster.isLocalDevelopmentBroker ? moves : 0)
      return times * rate * sent.count * 3 / 2
    }
  }

  /// Two feeds one after the other, then more of the first: what a position of the one partition says must not be
  /// taken for the other's.
  @Test func aSinkThatIsStartedAgainReadsAllOfEachPartition() throws {
    let rig = try Rig(rate: 400)
    let (short, long) = (UnequalTopic.feed(in: 0), UnequalTopic.feed(in: 2))
    let first = try rig.startSink()
    for (feed, frames) in [(short, 50), (long, 600)] {
      try rig.startSource(feed, frames)
      try rig.endSources()
    }
    try rig.finish(first)
    try rig.expectReadToEnd()
    try rig.startSource(short, 700)
    try rig.endSources()
    let second = try rig.startSink(["--until-end", "--idle-timeout", "40"]).wait()
    #expect(second.code == 0, "\(second.text) \(second.errors)")
    #expect(rig.audit.isExact, "\(rig.audit)")
    try rig.expectReadToEnd()
    print("started again on partitions of 50 and 600: \(rig.audit)")
  }

  /// Four partitions, each with a feed; a second sink joins in the middle, and then the first one leaves.
  @Test(arguments: [[], ["-X", "partition.assignment.strategy=cooperative-sticky"]])
  func aSinkThatJoinsMakesNothingBeginAgain(settings: [String]) throws {
    let rig = try Rig(partitions: 4)
    let first = try rig.startSink(settings)
    for (partition, frames) in [600, 450, 700, 350].enumerated() {
      try rig.startSource(UnequalTopic.feed(in: partition, of: 4), frames)
    }
    rig.awaitAnswers(300)
    let second = try rig.startSink(settings)
    rig.awaitAnswers(100)
    first.interrupt()
    #expect(try first.wait().code == 130)
    try rig.endSources()
    try rig.finish(second)
    let (audit, mostTwice) = (rig.audit, try rig.mostTwice(kills: 0, moves: 2))
    #expect(audit.isComplete && audit.disordered == 0 && audit.twice <= mostTwice, "\(audit)")
    try rig.expectReadToEnd()
    print("a sink joined and the first left, \(settings.last ?? "range"): \(audit)")
  }

  /// Sinks come, leave by either signal, are killed and come back, all on one topic: nothing is lost, and twice is
  /// only what those that were killed had not committed.
  @Test func sinksComeAndGo() throws {
    let rig = try Rig(partitions: 4, rate: 80)
    // One with a name takes the place of one of the same name that was killed: the local broker keeps a silent
    // member for ever. One without leaves the group when it ends.
    let name = ["-X", "group.instance.id=one"]
    var named = try rig.startSink(name)
    for (partition, frames) in [700, 900, 600, 800].enumerated() {
      try rig.startSource(UnequalTopic.feed(in: partition, of: 4), frames)
    }
    rig.awaitAnswers(200)
    for end in [RunningCommand.terminate, RunningCommand.interrupt] {
      let passing = try rig.startSink()
      rig.awaitAnswers(50)
      named.kill()
      _ = try named.wait()
      named = try rig.startSink(name)
      rig.awaitAnswers(50)
      end(passing)()
      #expect(try passing.wait().code == 130)
    }
    try rig.endSources()
    try rig.finish(named)
    let (audit, mostTwice) = (rig.audit, try rig.mostTwice(kills: 2, moves: 6))
    #expect(audit.isComplete && audit.disordered == 0 && audit.twice <= mostTwice, "\(audit)")
    try rig.expectReadToEnd()
    print("two sinks passed by and one was killed twice: \(audit)")
  }
}
