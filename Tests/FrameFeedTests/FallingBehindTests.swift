import Foundation
import Testing

/// A model that is slower than its feed: what is dropped is counted, what is not is answered in the end.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct FallingBehindTests {
  /// Ten times slower than a feed of 30 frames a second.
  private static let inference = 330.0
  private static let interval = 1000.0 / 30

  private func slowModel(_ scratch: Scratch, batch: Int = 1) throws -> String {
    let manifest = """
      {"name": "slow", "runtime": {"kind": "builtin", "model": "null", "delayMs": \(Int(Self.inference))},
       "input": {"width": 64, "height": 64, "batch": \(batch)}}
      """
    try manifest.write(toFile: scratch.file("slow.json"), atomically: true, encoding: .utf8)
    return scratch.file("slow.json")
  }

  private func sink(_ scratch: Scratch, _ arguments: String...) throws -> RunningCommand {
    try RunningCommand(
      framefeed,
      [
        "sink", "--topic", scratch.topic, "--group", scratch.topic, "--quiet", "--idle-timeout", "40",
        "--report", scratch.file("sink.json"),
      ] + arguments)
  }

  private func stream(_ scratch: Scratch, feed: String = "camera", _ frames: Int) throws -> RunningCommand {
    try RunningCommand(
      framefeed,
      [
        "stream", "samples/flight", "--topic", scratch.topic, "--feed", feed, "--resize", "160x90", "--codec",
        "jpeg:quality=70", "--loop", "forever", "--frames", "\(frames)", "--fps", "30", "--quiet",
      ])
  }

  @Test func theLatestFramesStayYoung() throws {
    let scratch = try Scratch()
    let source = try stream(scratch, 240)
    try scratch.awaitFrame()
    let sinking = try sink(
      scratch, "--model", try slowModel(scratch), "--policy", "latest", "--until-end", "--results",
      scratch.file("answers.jsonl"))
    #expect(try source.wait().code == 0)
    let finished = try sinking.wait()
    #expect(finished.code == 0, "\(finished.errors)")
    let report = try scratch.report("sink.json")
    let (inferred, dropped) = (report.frames["inferred"]!, report.frames["droppedStale"]!)
    #expect(report.frames["received"] == 240 && report.frames["missing"] == 0)
    #expect(inferred + dropped == 240 && inferred > 10 && dropped > 100)
    // One inference, one frame interval; decoding and this machine's moods on top, far from two inferences.
    let age = report.stages["endToEnd"]!["p50"]!
    #expect(age >= Self.inference && age < Self.inference + Self.interval + 0.6 * Self.inference)
    // The last frame of a feed is never dropped: it is the newest.
    #expect(try scratch.results("answers.jsonl").last?.sequence == 239)
    try scratch.expectReadToEnd()
  }

  /// Three feeds, two of them in one partition: each gets its turn, and all end.
  @Test func everyFeedHasItsLatest() throws {
    let feeds = ["left", "front", "top"]
    #expect(feeds.map { UnequalTopic.partition(of: $0) } == [2, 0, 2])
    let scratch = try Scratch()
    let sources = try feeds.map { try stream(scratch, feed: $0, 150) }
    try scratch.awaitFrame()
    let sinking = try sink(
      scratch, "--model", try slowModel(scratch), "--policy", "latest", "--until-end", "--results",
      scratch.file("answers.jsonl"))
    for source in sources { #expect(try source.wait().code == 0) }
    #expect(try sinking.wait().code == 0)
    let answers = try scratch.results("answers.jsonl")
    let counts = feeds.map { feed in answers.count { $0.feed == feed } }
    #expect(counts.allSatisfy { $0 >= 3 } && counts.max()! - counts.min()! <= 2, "\(counts)")
    for feed in feeds {
      let sequences = answers.filter { $0.feed == feed }.map(\.sequence)
      #expect(sequences == sequences.sorted() && sequences.last == 149)
    }
    let frames = try scratch.report("sink.json").frames
    #expect(frames["received"] == 450 && frames["inferred"]! + frames["droppedStale"]! == 450)
    try scratch.expectReadToEnd()
  }

  /// `every` loses nothing, says how far it is behind, and a stop ends within its drain timeout.
  @Test func everyFrameIsKeptAndTheLagIsTold() throws {
    let scratch = try Scratch()
    let sinking = try sink(scratch, "--model", try slowModel(scratch), "--drain-timeout", "1")
    #expect(try stream(scratch, 120).wait().code == 0)
    usleep(1_000_000)
    sinking.interrupt()
    let stopped = try sinking.wait()
    #expect(stopped.code == 130, "\(stopped.errors)")
    let first = try scratch.report("sink.json")
    let answered = first.frames["inferred"]!
    #expect(answered > 3 && answered < 60)
    // The record that ends the run is one more.
    #expect(first.lag == 121 - answered)
    #expect(
      first.notes?.contains { $0.hasPrefix("\(121 - answered) records of the topic are not answered yet") }
        == true)
    #expect(first.frames["droppedStale"] == nil && first.frames["missing"] == 0)
    // The rest, by a model that keeps up: every frame was answered, none twice.
    let rest = try sink(scratch, "--until-end").wait()
    #expect(rest.code == 0, "\(rest.errors)")
    let second = try scratch.report("sink.json")
    #expect(second.frames["inferred"] == 120 - answered && second.lag == 0)
    try scratch.expectReadToEnd()
  }

  @Test func framesThatAreTooOldAreNotDecoded() throws {
    let scratch = try Scratch()
    #expect(try stream(scratch, 30).wait().code == 0)
    usleep(1_200_000)
    let sinking = try sink(scratch, "--max-age", "1000", "--until-end")
    let finished = try sinking.wait()
    #expect(finished.code == 0, "\(finished.errors)")
    let frames = try scratch.report("sink.json").frames
    #expect(frames["received"] == 30 && frames["droppedStale"] == 30 && frames["inferred"] == 0)
    try scratch.expectReadToEnd()
  }

  /// A batch of several frames is filled with the newest ones as they come.
  @Test func latestFillsBatches() throws {
    let scratch = try Scratch()
    let sinking = try sink(
      scratch, "--model", try slowModel(scratch, batch: 3), "--policy", "latest", "--frames", "9",
      "--decoders", "2")
    let source = try stream(scratch, 150)
    let finished = try sinking.wait()
    #expect(finished.code == 0, "\(finished.errors)")
    #expect(try scratch.report("sink.json").frames["inferred"] == 9)
    source.interrupt()
    #expect(try source.wait().code == 130)
  }
}
