import Foundation
import Testing

/// The built program against a broker process: what users run, as they run it.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct WholeWayTests {
  static let flight = "samples/flight"
  static let model = "models/channel-statistics.json"

  private func stream(_ scratch: Scratch, _ arguments: String...) throws -> Finished {
    try startStream(scratch, arguments).wait()
  }

  private func startStream(_ scratch: Scratch, _ arguments: [String]) throws -> RunningCommand {
    try RunningCommand(framefeed, ["stream", "--topic", scratch.topic, "--quiet"] + arguments)
  }

  private func sink(_ scratch: Scratch, _ arguments: String...) throws -> RunningCommand {
    try RunningCommand(
      framefeed,
      ["sink", "--topic", scratch.topic, "--group", scratch.topic, "--quiet", "--idle-timeout", "40"]
        + arguments
    )
  }

  /// Source and sink side by side, for every codec; raw and zstd give the same answers to the last bit.
  @Test func everyCodecArrivesComplete() throws {
    var answers: [String: [[String: [Double]]]] = [:]
    for codec in ["raw", "jpeg", "zstd", "base64", "raw+zstd:filter=none+base64", "jpeg:quality=60"] {
      // A sink that has read all there is would not wait for the next feed.
      let scratch = try Scratch()
      let streaming = try startStream(
        scratch,
        [
          Self.flight, "--feed", "drone-1", "--codec", codec, "--fps", "30", "--frames", "20", "--encoders",
          "2", "--report", scratch.file("stream.json"),
        ])
      try scratch.awaitFrame()
      let sinking = try sink(
        scratch, "--model", Self.model, "--until-end", "--report", scratch.file("sink.json"), "--results",
        scratch.file("answers.jsonl"), "--decoders", "2")
      let sent = try streaming.wait()
      let received = try sinking.wait()
      #expect(sent.code == 0 && received.code == 0, "\(codec): \(sent.errors) \(received.errors)")
      let source = try scratch.report("stream.json")
      #expect(source.schema == "framefeed.run/1")
      #expect(source.frames["sent"] == 20 && source.frames["acknowledged"] == 20)
      for stage in ["pace", "encode", "queue", "acknowledge"] {
        #expect(source.stages[stage]?["count"] == 20)
      }
      let report = try scratch.report("sink.json")
      for (name, count) in [
        ("received", 20), ("decoded", 20), ("inferred", 20), ("missing", 0), ("duplicate", 0),
        ("reordered", 0),
        ("rejected", 0),
      ] { #expect(report.frames[name] == count, "\(codec): \(name)") }
      for stage in ["transport", "decode", "tensor", "infer", "endToEnd"] {
        #expect(report.stages[stage]?["count"] == 20)
      }
      #expect(report.versions["librdkafka"] != nil && report.settings["check.crcs"] == "true")
      let lines = try scratch.results("answers.jsonl")
      #expect(lines.map(\.sequence) == Array(0..<20) && Set(lines.map(\.run)).count == 1)
      answers[codec] = lines.map(\.outputs)
      let lag = try run(framefeed, "topic", "lag", scratch.topic, "--group", scratch.topic)
      #expect(lag.text.contains("0 records behind"))
      try scratch.expectReadToEnd()
    }
    #expect(answers["raw"] == answers["zstd"])
    #expect(answers["raw"] == answers["raw+zstd:filter=none+base64"])
    #expect(answers["jpeg"] == answers["base64"])
    #expect(answers["jpeg:quality=60"] != answers["jpeg"])
  }

  /// Any Kafka client reads the frames: kcat as files, the Python sample as arrays.
  @Test(.enabled(if: python != nil)) func otherToolsReadTheFrames() throws {
    let scratch = try Scratch(partitions: nil)
    #expect(try stream(scratch, Self.flight, "--codec", "jpeg", "--fps", "max", "--frames", "2").code == 0)
    let kcat = try run(
      "kcat", "-C", "-b", broker!, "-t", scratch.topic, "-o", "beginning", "-c1", "-D", "", "-q")
    let file = try Data(contentsOf: URL(filePath: "\(repository)/\(Self.flight)/frame001.jpg"))
    #expect(kcat.output == Array(file))
    for codec in ["raw", "zstd", "base64", "raw+base64", "jpeg:quality=80"] {
      #expect(try stream(scratch, Self.flight, "--codec", codec, "--fps", "max", "--frames", "2").code == 0)
    }
    // It stops at the end of the first run; so each run is read from its own topic's end to end by count.
    let reading = try run(python!, "samples/python/read_feed.py", broker!, scratch.topic, "2")
    #expect(reading.code == 0, "\(reading.errors)")
    #expect(reading.text.split(separator: "\n").count == 2 && reading.text.contains("720x1280x3"))
    for codec in ["raw", "zstd", "base64", "raw+base64"] {
      let own = try Scratch(partitions: nil)
      #expect(try stream(own, Self.flight, "--codec", codec, "--fps", "max", "--frames", "2").code == 0)
      let lines = try run(python!, "samples/python/read_feed.py", broker!, own.topic, "2")
      #expect(lines.code == 0 && lines.text.contains("720x1280x3"), "\(codec): \(lines.errors)")
      // Mean of the first frame: lossless codecs and the JPEG itself agree with Pillow to its last digit.
      let mean = lines.text.split(separator: "\n")[0].split(separator: " ").last!
      let first = reading.text.split(separator: "\n")[0].split(separator: " ").last!
      #expect(abs(Double(mean)! - Double(first)!) < 0.05, "\(codec)")
    }
  }

  @Test func ffmpegPipesIntoAFeed() throws {
    let scratch = try Scratch()
    let clip = scratch.file("clip.mp4")
    #expect(
      try run(
        "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=30", "-frames:v",
        "30", clip
      ).code == 0)
    for format in ["yuv4mpegpipe -pix_fmt yuv420p", "mjpeg"] {
      let pipe = try run(
        "sh", "-c",
        "ffmpeg -loglevel error -i \(clip) -f \(format) - | \(framefeed) stream - --codec jpeg --quiet --topic \(scratch.topic)"
      )
      #expect(pipe.code == 0, "\(pipe.errors)")
      #expect(pipe.text.contains("sent 30  acknowledged 30"))
    }
    let received = try sink(scratch, "--until-end", "--from", "beginning").wait()
    #expect(
      received.code == 0 && received.text.contains("inferred 60"), "\(received.text) \(received.errors)")
    try scratch.expectReadToEnd()
  }

  /// Four partitions, three feeds, two sinks of one group: every frame once, each feed in order.
  @Test func feedsAndSinksShareATopic() throws {
    let scratch = try Scratch(partitions: 4)
    let sinks = try (0..<2).map { number in
      try sink(
        scratch, "--frames", "1000", "--idle-timeout", "9", "--model", Self.model, "--results",
        scratch.file("\(number).jsonl"))
    }
    usleep(5_000_000)  // both have joined
    let feeds = (1..<4).map { UnequalTopic.feed(in: $0, of: 4) }
    let sources = try feeds.map { feed in
      try RunningCommand(
        framefeed,
        [
          "stream", Self.flight, "--topic", scratch.topic, "--feed", feed, "--fps", "20", "--frames", "30",
          "--quiet",
        ])
    }
    for source in sources { #expect(try source.wait().code == 0) }
    for sinking in sinks {
      let finished = try sinking.wait()
      #expect(finished.code == 0, "\(finished.text) \(finished.errors)")
    }
    let audit = AnswerAudit(
      (0..<2).map { scratch.answered("\($0).jsonl") },
      sent: Dictionary(uniqueKeysWithValues: feeds.map { ($0, [30]) }))
    #expect(audit.isExact, "\(audit)")
    try scratch.expectReadToEnd()
  }

  /// A group's old offsets say nothing about a topic of the same name that was made anew.
  @Test func aTopicMadeAnewIsReadFromItsBeginning() throws {
    let scratch = try Scratch(partitions: nil)
    for frames in ["12", "5"] {
      try UnequalTopic.create(scratch.topic, on: broker!)
      #expect(try stream(scratch, Self.flight, "--fps", "max", "--frames", frames).code == 0)
      let received = try sink(scratch, "--until-end", "--report", scratch.file("sink.json")).wait()
      #expect(received.code == 0, "\(received.errors)")
      #expect(try scratch.report("sink.json").frames["inferred"] == Int(frames))
      try scratch.expectReadToEnd()
      #expect(try run(framefeed, "topic", "delete", scratch.topic).code == 0)
    }
  }

  /// A sink that joins takes partitions away for a moment, even for another topic: what comes again is known.
  @Test func whatComesAgainAfterARebalanceIsNotAskedTwice() throws {
    let (scratch, other) = (try Scratch(), try Scratch())
    let group = ["--group", scratch.topic]
    let source = try RunningCommand(
      framefeed,
      [
        "stream", Self.flight, "--topic", scratch.topic, "--quiet", "--fps", "30", "--loop", "forever",
        "--frames",
        "240",
      ])
    try scratch.awaitFrame()
    let sinking = try RunningCommand(
      framefeed,
      [
        "sink", "--topic", scratch.topic, "--quiet", "--until-end", "--idle-timeout", "40", "--report",
        scratch.file("sink.json"), "--results", scratch.file("answers.jsonl"), "--model", Self.model,
      ] + group)
    for _ in 0..<2 {
      usleep(1_500_000)
      let joining = try RunningCommand(
        framefeed, ["sink", "--topic", other.topic, "--quiet", "--idle-timeout", "1"] + group)
      #expect(try joining.wait().code == 0)
    }
    #expect(try source.wait().code == 0)
    let finished = try sinking.wait()
    #expect(finished.code == 0, "\(finished.errors)")
    let counts = try scratch.report("sink.json").frames
    #expect(counts["received"] == 240 && counts["inferred"] == 240 && counts["missing"] == 0)
    #expect(try scratch.results("answers.jsonl").map(\.sequence) == Array(0..<240))
    try scratch.expectReadToEnd()
  }

  /// A sink that is started again goes on after what is saved, even behind a line that was cut by a kill.
  @Test func resultsAreAppended() throws {
    let scratch = try Scratch()
    let answers = scratch.file("answers.jsonl")
    #expect(try stream(scratch, Self.flight, "--fps", "max", "--frames", "6").code == 0)
    let first = try sink(scratch, "--frames", "2", "--results", answers).wait()
    #expect(first.code == 0, "\(first.errors)")
    let file = try FileHandle(forWritingTo: URL(filePath: answers))
    try file.seekToEnd()
    try file.write(contentsOf: Data("{\"feed\":\"cam".utf8))
    try file.close()
    let rest = try sink(scratch, "--until-end", "--results", answers).wait()
    #expect(rest.code == 0, "\(rest.errors)")
    let lines = try String(contentsOfFile: answers, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 7 && lines[2] == "{\"feed\":\"cam")
    #expect(scratch.answered("answers.jsonl").map(\.sequence) == Array(0..<6))
    try scratch.expectReadToEnd()
  }

  @Test func resultsGoToATopic() throws {
    let scratch = try Scratch()
    let answers = try Scratch(partitions: nil)
    #expect(try stream(scratch, Self.flight, "--fps", "max", "--frames", "5").code == 0)
    #expect(try run(framefeed, "topic", "create", answers.topic).code == 0)
    let received = try sink(
      scratch, "--until-end", "--model", "models/motion.json", "--results", "kafka:\(answers.topic)"
    ).wait()
    #expect(received.code == 0, "\(received.errors)")
    let lines = try run("kcat", "-C", "-b", broker!, "-t", answers.topic, "-o", "beginning", "-c5", "-q")
    #expect(lines.text.split(separator: "\n").filter { $0.contains("\"sequence\":") }.count == 5)
    try scratch.expectReadToEnd()
  }

  @Test func interruptingDrainsAndReports() throws {
    let scratch = try Scratch()
    let source = try RunningCommand(
      framefeed,
      [
        "stream", Self.flight, "--topic", scratch.topic, "--loop", "forever", "--quiet", "--report",
        scratch.file("stream.json"),
      ])
    let sinking = try sink(scratch, "--report", scratch.file("sink.json"))
    usleep(6_000_000)
    // The sink goes first, so that something is left for the one that comes after it.
    sinking.interrupt()
    #expect(try sinking.wait().code == 130)
    usleep(1_000_000)
    source.interrupt()
    let sent = try source.wait()
    #expect(sent.code == 130, "\(sent.errors)")
    let (stream, first) = (try scratch.report("stream.json"), try scratch.report("sink.json"))
    #expect(stream.frames["sent"]! > 30 && stream.frames["acknowledged"] == stream.frames["sent"])
    // A sink that is stopped answers what it has fetched, and the group goes on after it.
    #expect(first.frames["inferred"]! > 0 && first.frames["inferred"] == first.frames["received"])
    #expect(first.frames["missing"] == 0)
    let rest = try sink(scratch, "--until-end", "--report", scratch.file("rest.json"), "--model", Self.model)
      .wait()
    #expect(rest.code == 0, "\(rest.errors)")
    let more = try scratch.report("rest.json")
    #expect(first.frames["inferred"]! + more.frames["inferred"]! == stream.frames["sent"])
    #expect(more.frames["inferred"]! > 0)
    try scratch.expectReadToEnd()
  }
}
