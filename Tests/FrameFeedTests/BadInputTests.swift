import Foundation
import Testing

/// Bad input gets one line that names it and says what to do, and the right exit code.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct BadInputTests {
  private func failure(_ code: Int32, _ says: String, _ arguments: [String]) throws {
    let finished = try RunningCommand(framefeed, arguments + ["--quiet"]).wait()
    #expect(finished.code == code, "\(arguments): \(finished.errors)")
    #expect(finished.errors.contains(says), "\(arguments): \(finished.errors)")
    // One line, and how the command is used where that was the trouble.
    let lines = finished.errors.split(separator: "\n")
    #expect(lines.count == (code == 64 ? 2 : 1), "\(arguments): \(finished.errors)")
    #expect(code != 64 || lines.last?.hasPrefix("usage: framefeed \(arguments[0])") == true)
  }

  @Test func whatCannotStartSaysWhy() throws {
    let scratch = try Scratch(partitions: nil)
    let flight = "samples/flight"
    try failure(1, "/nowhere: cannot be read: No such file", ["stream", "/nowhere"])
    try failure(1, "no images in this directory", ["stream", scratch.path])
    try failure(64, "unknown codec \"webp\"", ["stream", flight, "--codec", "webp"])
    try failure(64, "expected 1...100", ["stream", flight, "--codec", "jpeg:quality=101"])
    try failure(64, "--fps 0: expected", ["stream", flight, "--fps", "0"])
    try failure(1, "no Kafka broker answers at localhost:1", ["stream", flight, "--broker", "localhost:1"])
    try failure(1, "no Kafka broker answers at localhost:1", ["sink", "--broker", "localhost:1"])
    try failure(
      1, "topic create \(scratch.topic)", ["stream", flight, "--topic", scratch.topic, "--no-create"])
    try failure(64, "no.such", ["stream", flight, "-X", "no.such=1"])
    let manifest = scratch.file("m.json")
    try Data(
      #"{"name":"x","runtime":{"kind":"builtin","model":"null"},"input":{"width":4,"height":4,"colour":"rgb"}}"#
        .utf8
    ).write(to: URL(filePath: manifest))
    try failure(1, "unknown key \"input.colour\"", ["sink", "--model", manifest])
  }

  @Test func framesAboveTheTopicsLimitAreRefusedBeforeAnythingIsSent() throws {
    let scratch = try Scratch(partitions: nil)
    #expect(try run(framefeed, "topic", "create", scratch.topic, "--max-message-bytes", "50000").code == 0)
    let arguments = ["stream", "samples/flight", "--topic", scratch.topic, "--frames", "2", "--fps", "max"]
    try failure(1, "--update --config max.message.bytes=1000000", arguments)
    #expect(try run(framefeed, "topic", "lag", scratch.topic).text.contains("0 records behind"))
    // The command it names helps.
    #expect(
      try run(
        framefeed, "topic", "create", scratch.topic, "--update", "--config", "max.message.bytes=1000000"
      ).code == 0)
    #expect(try RunningCommand(framefeed, arguments + ["--quiet"]).wait().code == 0)
  }

  @Test func aFrameAboveTheTopicsLimitIsNamed() throws {
    let scratch = try Scratch(partitions: nil)
    #expect(try run(framefeed, "topic", "create", scratch.topic, "--max-message-bytes", "50000").code == 0)
    for (name, side) in [("1.pgm", 10), ("2.pgm", 20), ("3.pgm", 300), ("4.pgm", 10)] {
      let file = Data("P5 \(side) \(side) 255\n".utf8) + Data(count: side * side)
      try file.write(to: URL(filePath: scratch.file(name)))
    }
    let sent = try run(
      framefeed, "stream", scratch.path, "--codec", "raw", "--topic", scratch.topic, "--fps", "max", "--quiet"
    )
    #expect(sent.code == 2 && sent.text.contains("sent 3  acknowledged 3"), "\(sent.errors)")
    #expect(
      sent.errors.contains("frame not sent: \(scratch.path)/3.pgm, after frame 1 of the feed: a record of"),
      "\(sent.errors)")
  }

  @Test func badFilesAmidGoodOnesAreNamedAndCounted() throws {
    let scratch = try Scratch(partitions: nil)
    for number in 1...5 {
      let name = "frame00\(number).jpg"
      try FileManager.default.copyItem(
        atPath: "\(repository)/samples/flight/\(name)", toPath: scratch.file(name))
    }
    let third = try Data(contentsOf: URL(filePath: scratch.file("frame003.jpg")))
    try third.prefix(30_000).write(to: URL(filePath: scratch.file("frame003.jpg")))
    try Data("hello".utf8).write(to: URL(filePath: scratch.file("frame006.png")))
    let sent = try run(framefeed, "stream", scratch.path, "--topic", scratch.topic, "--fps", "max", "--quiet")
    #expect(sent.code == 2)
    #expect(
      sent.errors.contains("frame003.jpg: the JPEG file is damaged: premature end")
        && sent.errors.contains("frame006.png: is not an image"))
    #expect(sent.text.contains("sent 4  acknowledged 4") && sent.text.contains("rejected 2"))
  }

  /// Records that are no frames are named and counted; the frames around them arrive.
  @Test(.enabled(if: python != nil)) func strangeRecordsDoNotStopASink() throws {
    let scratch = try Scratch()
    let stream = [
      "stream", "samples/flight", "--topic", scratch.topic, "--fps", "max", "--frames", "3", "--quiet",
    ]
    #expect(try RunningCommand(framefeed, stream).wait().code == 0)
    let script = """
      import sys
      from confluent_kafka import Producer
      p = Producer({"bootstrap.servers": sys.argv[1], "partitioner": "murmur2_random"}); t = sys.argv[2]
      p.produce(t, key="x", value=None)
      p.produce(t, key="x", value=b"garbage", headers={"frame-format-version": "1", "frame-width": "-3", "\\xff": b"\\xff\\x00"})
      p.produce(t, key="x", value=b"not a frame")
      p.produce(t, key="cam", value=open("samples/flight/frame001.jpg", "rb").read())
      p.produce(t, value=b"x", partition=0, headers=[("h", b"v")] * 500)
      p.flush()
      """
    #expect(try run(python!, "-c", script, broker!, scratch.topic).code == 0)
    #expect(try RunningCommand(framefeed, stream).wait().code == 0)
    let received = try run(
      framefeed, "sink", "--topic", scratch.topic, "--group", scratch.topic, "--until-end", "--quiet",
      "--idle-timeout", "40",
      "--report",
      scratch.file("sink.json"), "--model", "models/channel-statistics.json")
    #expect(received.code == 2, "\(received.errors)")
    #expect(received.errors.contains("frame-width is not a decimal number"))
    #expect(received.errors.contains("no header frame-format-version"))
    // Behind the tombstone of the same key.
    let partition = UnequalTopic.partition(of: "x")
    let offset = UnequalTopic.beginning(of: partition) + 1
    #expect(received.errors.contains("\(scratch.topic)[\(partition)]@\(offset): rejected"))
    let report = try scratch.report("sink.json")
    // Two runs of three, and the JPEG of another tool.
    #expect(report.frames["inferred"] == 7 && report.frames["rejected"] == 3 && report.frames["missing"] == 0)
    // What is refused by its header was no frame that arrived.
    #expect(report.frames["received"] == 7)
    #expect(received.text.contains("null value were skipped"))
    try scratch.expectReadToEnd()
  }

  @Test func theEmbeddedDemoNeedsNoBroker() throws {
    let finished = try run(
      framefeed, "demo", "--embedded", "--frames", "15", "--quiet", "--broker", "localhost:1")
    #expect(finished.code == 0, "\(finished.errors)")
    #expect(finished.text.contains("client path only") && finished.text.contains("inferred 15"))
  }
}
