import Foundation
import Testing

/// Frames that are damaged on their way or where they are stored: refused or fetched again, never taken as whole.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct CorruptionTests {
  static let frames = 12
  /// Where the frames lie: camera-1's partition, and the offset of the first.
  private static let partition = UnequalTopic.partition(of: "camera-1")
  private static let beginning = UnequalTopic.beginning(of: partition)

  /// A proxy that flips a bit of one frame's payload in the first `times` responses that hold it.
  private func proxy(_ scratch: Scratch, sequence: Int, times: Int) throws -> (
    RunningCommand, address: String
  ) {
    let file = scratch.file("port")
    try? FileManager.default.removeItem(atPath: file)
    let proxy = try RunningCommand(
      "python3",
      [
        "\(repository)/Tests/FrameFeedTests/flipping_proxy.py", broker!, file, "\(sequence)", "\(times)",
      ])
    let deadline = Date(timeIntervalSinceNow: 30)
    while !FileManager.default.fileExists(atPath: file), Date() < deadline { usleep(20_000) }
    return (proxy, "localhost:" + (try String(contentsOfFile: file, encoding: .utf8)))
  }

  /// Reads the topic to its end in a group of its own.
  private func sink(_ scratch: Scratch, _ address: String, _ arguments: String...) throws -> Finished {
    let group = UUID().uuidString
    let finished = try RunningCommand(
      framefeed,
      [
        "sink", "--topic", scratch.topic, "--group", group, "--broker", address, "--until-end",
        "--idle-timeout", "20", "--model", WholeWayTests.model, "--report", scratch.file("sink.json"),
        "--results", scratch.file("answers.jsonl"),
      ] + arguments
    ).wait()
    try scratch.expectReadToEnd(group: group)
    return finished
  }

  private func stream(_ scratch: Scratch, codec: String) throws {
    let sent = try run(
      framefeed, "stream", WholeWayTests.flight, "--topic", scratch.topic, "--codec", codec, "--fps", "max",
      "--frames", "\(Self.frames)", "--quiet", "-X", "batch.num.messages=1")
    #expect(sent.code == 0, "\(sent.errors)")
  }

  /// What was damaged on its way is fetched again: nothing is lost, nothing comes twice, order stays.
  @Test(arguments: [(0, 1), (5, 1), (5, 3), (11, 2)])
  func damagedOnItsWayIsFetchedAgain(sequence: Int, times: Int) throws {
    let scratch = try Scratch()
    try stream(scratch, codec: "jpeg")
    #expect(try sink(scratch, broker!).code == 0)
    let whole = try scratch.results("answers.jsonl").map(\.outputs)
    // The next sink would append to it.
    try FileManager.default.removeItem(atPath: scratch.file("answers.jsonl"))
    let (proxy, address) = try proxy(scratch, sequence: sequence, times: times)
    defer { proxy.kill() }
    let received = try sink(scratch, address)
    #expect(received.code == 0, "\(received.errors)")
    #expect(
      received.errors.contains(
        "\(scratch.topic)[\(Self.partition)]@\(Self.beginning + sequence): arrived damaged, fetching it again"
      ),
      "\(received.errors)")
    #expect(received.errors.contains("failed CRC32C check"))
    let report = try scratch.report("sink.json")
    for (name, count) in [
      ("received", Self.frames), ("inferred", Self.frames), ("missing", 0), ("duplicate", 0),
      ("reordered", 0),
      ("rejected", 0),
    ] { #expect(report.frames[name] == count, "\(name): \(report.frames)") }
    let answers = try scratch.results("answers.jsonl")
    #expect(answers.map(\.sequence) == Array(0..<Self.frames))
    // To the last bit what came without the damage.
    #expect(answers.map(\.outputs) == whole)
    proxy.kill()
    #expect(try proxy.wait().text.split(separator: "\n").count == times)
  }

  /// What stays damaged is given up, said with its offset, and counted; all others arrive.
  @Test func damagedForGoodIsLost() throws {
    let scratch = try Scratch()
    try stream(scratch, codec: "jpeg")
    let (proxy, address) = try proxy(scratch, sequence: 5, times: -1)
    defer { proxy.kill() }
    let received = try sink(scratch, address)
    #expect(received.code == 2, "\(received.errors)")
    #expect(
      received.errors.contains(
        "\(scratch.topic)[\(Self.partition)]@\(Self.beginning + 5): lost, damaged in 4 fetches"),
      "\(received.errors)")
    let report = try scratch.report("sink.json")
    #expect(report.frames["inferred"] == Self.frames - 1 && report.frames["lost"] == 1)
    #expect(report.frames["missing"] == 0)
    #expect(report.frames["duplicate"] == 0 && report.frames["reordered"] == 0)
    #expect(
      try scratch.results("answers.jsonl").map(\.sequence) == (0..<Self.frames).filter { $0 != 5 })
  }

  /// Stored damaged under a right checksum: nothing crashes, and good frames beside it arrive.
  @Test(.enabled(if: python != nil), arguments: ["zstd", "raw", "jpeg", "base64", "raw+zstd+base64"])
  func damageThatTheChecksumCoversIsRefusedOrPixels(codec: String) throws {
    let scratch = try Scratch()
    try stream(scratch, codec: codec)
    #expect(try sink(scratch, broker!).code == 0)
    let whole = try scratch.results("answers.jsonl").map(\.outputs)
    let other = try Scratch()
    // Frame 5 is copied with one byte changed, the others as they are. Of raw pixels the model's smaller tensor
    // need not take every one, so there a few rows are.
    let copying = try run(
      python!, "-c", Self.copyDamaged, broker!, scratch.topic, other.topic, "5",
      codec == "raw" ? "20000" : "1", "\(Self.partition)", "\(Self.beginning)")
    #expect(copying.code == 0, "\(copying.errors)")
    let received = try sink(other, broker!)
    let report = try other.report("sink.json")
    let rejected = try #require(report.frames["rejected"])
    let answers = try other.results("answers.jsonl")
    #expect(report.frames["missing"] == 0 && report.frames["received"] == Self.frames)
    #expect(answers.count == Self.frames - rejected && received.code == (rejected == 0 ? 0 : 2))
    for answer in answers where answer.sequence != 5 {
      #expect(answer.outputs == whole[answer.sequence], "\(codec): frame \(answer.sequence)")
    }
    if codec.contains("zstd") {
      #expect(rejected == 1 && received.errors.contains("rejected"), "\(received.errors)")
    } else if codec == "raw" {
      #expect(rejected == 0 && answers[5].outputs != whole[5])
    } else if rejected == 0 {
      // A JPEG that still decodes shows it in its pixels.
      #expect(answers[5].outputs != whole[5])
    }
  }

  private static let copyDamaged = """
    import sys
    from confluent_kafka import Consumer, Producer, TopicPartition
    broker, source, target, sequence, count, partition, beginning = sys.argv[1:]
    consumer = Consumer({"bootstrap.servers": broker, "group.id": target, "auto.offset.reset": "earliest",
        "receive.message.max.bytes": 2000000000})
    consumer.assign([TopicPartition(source, int(partition), int(beginning))])
    producer = Producer({"bootstrap.servers": broker, "message.max.bytes": 15000000})
    while True:
        record = consumer.poll(30)
        assert record is not None and record.error() is None, record and record.error()
        value = bytearray(record.value())
        headers = record.headers()
        if (dict(headers).get("frame-sequence") or b"").decode() == sequence:
            # base64 stays base64.
            text = "base64" in (dict(headers).get("content-encoding") or b"").decode()
            for at in range(len(value) // 2, len(value) // 2 + int(count)):
                value[at] = value[at] ^ 0x40 if not text else ord("B") if value[at] != ord("B") else ord("C")
        producer.produce(target, bytes(value), record.key(), int(partition), timestamp=record.timestamp()[1], headers=headers)
        producer.flush()
        if "frame-end" in dict(headers): break
    consumer.close()
    """
}
