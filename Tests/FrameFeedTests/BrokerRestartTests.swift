import Foundation
import Testing

/// A broker that goes away in mid-stream, and users who lose their patience with it.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct BrokerRestartTests {
  private func start(_ broker: LocalBroker, _ command: String, _ arguments: String...) throws
    -> RunningCommand
  {
    try RunningCommand(framefeed, [command, "--broker", broker.address] + arguments)
  }

  /// Frames and answers go on by themselves, and the time without a broker is in the latencies.
  @Test(arguments: ["all", "1"]) func aRestartedBrokerLosesNothing(acks: String) throws {
    let broker = try LocalBroker()
    let scratch = try Scratch(partitions: nil)
    try UnequalTopic.create("frames", on: broker.address)
    #expect(try run(framefeed, "topic", "create", "answers", "--broker", broker.address).code == 0)
    let source = try start(
      broker, "stream", "synthetic:160x90", "--codec", "raw", "--fps", "50", "--frames", "750", "--acks",
      acks,
      "--report", scratch.file("stream.json"))
    try UnequalTopic.awaitFrame("frames", on: broker.address)
    let sink = try start(
      broker, "sink", "--until-end", "--idle-timeout", "40", "--model", "models/motion.json", "--results",
      "kafka:answers", "--report", scratch.file("sink.json"))
    usleep(5_000_000)
    try broker.restart(after: 5, standingStill: [source])
    // What comes after the restart, in other partitions, is read too.
    let others = ["drone-4": 100, "thief": 60]
    let further = try others.map {
      try start(
        broker, "stream", "synthetic:160x90", "--codec", "raw", "--feed", $0.key, "--fps", "50", "--frames",
        "\($0.value)")
    }
    let sent = try source.wait()
    for source in further { #expect(try source.wait().code == 0) }
    let received = try sink.wait()
    #expect(sent.code == 0, "\(sent.text) \(sent.errors)")
    #expect(received.code == 0, "\(received.text) \(received.errors)")
    let (stream, report) = (try scratch.report("stream.json"), try scratch.report("sink.json"))
    #expect(stream.frames["sent"] == 750 && stream.frames["acknowledged"] == 750)
    for name in ["received", "decoded", "inferred"] { #expect(report.frames[name] == 910, "\(name)") }
    #expect(report.frames["missing"] == 0 && report.frames["rejected"] == 0)
    #expect(report.stages["endToEnd"]!["max"]! >= 4000)
    let answers = try AnsweredFrame.of(topic: "answers", broker.address)
    let audit = AnswerAudit([answers], sent: ["camera-1": [750]].merging(others.mapValues { [$0] }) { $1 })
    #expect(audit.isComplete, "\(audit)")
    try expectReadToEnd("frames", group: "framefeed", on: broker.address)
    print(
      "broker restarted, acks=\(acks): duplicate \(report.frames["duplicate"]!), reordered \(report.frames["reordered"]!),",
      "\(audit), worst \(Int(report.stages["endToEnd"]!["max"]!)) ms, notes \(stream.notes ?? [])"
    )
  }

  /// Away for longer than `message.timeout.ms`: what was given up is counted and named on both sides.
  @Test func framesThatWereGivenUpAreNamed() throws {
    let broker = try LocalBroker()
    let scratch = try Scratch(partitions: nil)
    try UnequalTopic.create("frames", on: broker.address)
    let source = try start(
      broker, "stream", "synthetic:160x90", "--codec", "raw", "--fps", "50", "--frames", "600", "-X",
      "message.timeout.ms=2000", "--report", scratch.file("stream.json"))
    usleep(4_000_000)
    try broker.restart(after: 4, standingStill: [source])
    let sent = try source.wait()
    #expect(sent.code == 2, "\(sent.text) \(sent.errors)")
    let stream = try scratch.report("stream.json")
    let acknowledged = try #require(stream.frames["acknowledged"])
    #expect(stream.frames["sent"] == 600 && acknowledged < 600 && acknowledged > 150)
    #expect(
      stream.notes?.contains { $0.hasPrefix("\(600 - acknowledged) frames were sent and never acknowledged") }
        == true, "\(stream.notes ?? [])")
    #expect(sent.errors.contains("not delivered"))
    let received = try start(
      broker, "sink", "--until-end", "--idle-timeout", "20", "--model", "models/motion.json", "--report",
      scratch.file("sink.json")
    ).wait()
    let report = try scratch.report("sink.json")
    let missing = try #require(report.frames["missing"])
    #expect(report.frames["received"]! >= acknowledged && report.frames["received"]! + missing == 600)
    #expect(received.code == (missing == 0 ? 0 : 2), "\(received.text)")
    try expectReadToEnd("frames", group: "framefeed", on: broker.address)
    print("broker away past message.timeout.ms: acknowledged \(acknowledged) of 600, missing \(missing)")
  }

  /// Without a broker a stop is a stop: what can be said is reported, in bounded time.
  @Test(arguments: [SIGINT, SIGTERM]) func aStopWithoutABrokerEnds(signal: Int32) throws {
    let broker = try LocalBroker()
    let scratch = try Scratch(partitions: nil)
    try UnequalTopic.create("frames", on: broker.address)
    let sink = try start(
      broker, "sink", "--model", "models/motion.json", "--report", scratch.file("sink.json"), "-X",
      "session.timeout.ms=6000")
    let source = try start(
      broker, "stream", "synthetic:160x90", "--codec", "raw", "--fps", "50", "--drain-timeout", "2",
      "--report",
      scratch.file("stream.json"))
    let patient = try start(
      broker, "stream", "synthetic:160x90", "--codec", "raw", "--fps", "50", "--drain-timeout", "600",
      "--feed",
      "patient")
    usleep(4_000_000)
    try broker.stop()
    usleep(1_000_000)
    for process in [sink, source, patient] {
      if signal == SIGINT { process.interrupt() } else { process.terminate() }
    }
    usleep(1_000_000)
    // The second one does not wait for anything.
    #expect(patient.isRunning)
    patient.interrupt()
    #expect(eventually(within: 10) { !patient.isRunning })
    #expect(try patient.wait().code == 130)
    #expect(eventually(within: 20) { !source.isRunning })
    let sent = try source.wait()
    #expect(sent.code == 130, "\(sent.errors)")
    let stream = try scratch.report("stream.json")
    #expect(stream.frames["acknowledged"]! > 50 && stream.frames["sent"]! >= stream.frames["acknowledged"]!)
    #expect(eventually(within: 40) { !sink.isRunning })
    let received = try sink.wait()
    #expect(received.code == 130, "\(received.errors)")
    let report = try scratch.report("sink.json")
    #expect(report.frames["inferred"]! > 50 && report.frames["inferred"] == report.frames["received"])
  }
}
