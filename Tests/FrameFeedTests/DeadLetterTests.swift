import Foundation
import Testing

/// What is refused is kept as it came, with the reason; what cannot be saved is not marked as read.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct DeadLetterTests {
  private struct Letter: Decodable, Equatable {
    let topic: String
    let partition: Int
    let offset: Int
    let reason: String
    let key: String?
    let headers: [[String?]]
    var timestampMs: Int64?
  }

  /// The feed's partition, and the one of the two records that are refused, which begins with them.
  private static let (good, refused) = (2, 1)

  /// Three frames, a record with headers that say too little, a cut JPEG file, three frames.
  private func prepare(_ scratch: Scratch) throws {
    #expect(
      UnequalTopic.partition(of: "camera-1") == Self.good && UnequalTopic.beginning(of: Self.refused) == 0)
    func stream() throws {
      let finished = try run(
        framefeed, "stream", "samples/flight", "--topic", scratch.topic, "--frames", "3", "--fps", "max",
        "--quiet")
      #expect(finished.code == 0, "\(finished.errors)")
    }
    func produce(_ value: Data, _ arguments: String...) throws {
      try value.write(to: URL(filePath: scratch.file("value")))
      let file = [scratch.file("value")]
      let finished = try RunningCommand(
        "kcat", ["-P", "-b", broker!, "-t", scratch.topic, "-p", "\(Self.refused)"] + arguments + file
      ).wait()
      #expect(finished.code == 0, "\(finished.errors)")
    }
    try stream()
    try produce(Data("garbage".utf8), "-k", "thief", "-H", "frame-format-version=1", "-H", "frame-run=x")
    let image = try Data(contentsOf: URL(filePath: "\(repository)/samples/flight/frame002.jpg"))
    try produce(image.prefix(20_000), "-k", "cut")
    try stream()
  }

  private func sink(_ scratch: Scratch, group: String, _ arguments: String...) throws -> Finished {
    try RunningCommand(
      framefeed,
      [
        "sink", "--topic", scratch.topic, "--group", scratch.topic + group, "--quiet", "--until-end",
        "--idle-timeout", "30", "--report", scratch.file("sink.json"),
      ] + arguments
    ).wait()
  }

  @Test func refusedRecordsAreKeptInADirectory() throws {
    let scratch = try Scratch()
    try prepare(scratch)
    let finished = try sink(scratch, group: "a", "--dead-letter", scratch.file("letters"))
    #expect(finished.code == 2, "\(finished.errors)")
    let frames = try scratch.report("sink.json").frames
    #expect(frames["inferred"] == 6 && frames["rejected"] == 2)
    let stem = scratch.file("letters") + "/\(scratch.topic)-1-"
    func letter(_ offset: Int) throws -> Letter {
      try JSONDecoder().decode(Letter.self, from: Data(contentsOf: URL(filePath: "\(stem)\(offset).json")))
    }
    let (headers, cut) = (try letter(0), try letter(1))
    #expect(headers.topic == scratch.topic && headers.partition == 1 && headers.offset == 0)
    #expect(headers.key == "thief" && headers.reason.contains("frame-sequence is missing"))
    #expect(headers.headers == [["frame-format-version", "1"], ["frame-run", "x"]])
    #expect(cut.key == "cut" && cut.reason.contains("JPEG") && cut.headers.isEmpty)
    #expect(try Data(contentsOf: URL(filePath: "\(stem)0.value")) == Data("garbage".utf8))
    let image = try Data(contentsOf: URL(filePath: "\(repository)/samples/flight/frame002.jpg"))
    #expect(try Data(contentsOf: URL(filePath: "\(stem)1.value")) == image.prefix(20_000))
    #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.file("letters")).count == 4)
    try scratch.expectReadToEnd(group: scratch.topic + "a")
  }

  @Test func refusedRecordsAreKeptInATopic() throws {
    let (scratch, letters) = (try Scratch(), try Scratch(partitions: nil))
    try prepare(scratch)
    let finished = try sink(scratch, group: "b", "--dead-letter", "kafka:\(letters.topic)")
    #expect(finished.code == 2, "\(finished.errors)")
    let told = try run("kcat", "-C", "-b", broker!, "-t", letters.topic, "-e", "-q", "-f", "%k|%S|%h\n")
    let lines = told.text.split(separator: "\n").map(String.init)
    let place = "dead-letter-topic=\(scratch.topic),dead-letter-partition=1,dead-letter-offset="
    try #require(lines.count == 2)
    #expect(
      lines[0].hasPrefix(
        "thief|7|frame-format-version=1,frame-run=x,dead-letter-reason=header frame-sequence"))
    #expect(lines[0].hasSuffix(place + "0"))
    #expect(lines[1].hasPrefix("cut|20000|dead-letter-reason=") && lines[1].hasSuffix(place + "1"))
    let value = try run(
      "kcat", "-C", "-b", broker!, "-t", letters.topic, "-o", "1", "-c", "1", "-e", "-q", "-D", "")
    let image = try Data(contentsOf: URL(filePath: "\(repository)/samples/flight/frame002.jpg"))
    #expect(Data(value.output) == image.prefix(20_000))
    try scratch.expectReadToEnd(group: scratch.topic + "b")
  }

  /// A record with a null or an empty key, a null header value and a time of its own.
  private static let oddRecords = """
    import sys
    from confluent_kafka import Producer
    producer = Producer({"bootstrap.servers": sys.argv[1]})
    for number, key in enumerate([None, b"", b"\\xff"]):
        producer.produce(sys.argv[2], b"garbage" + bytes([number]), key=key, partition=number,
                         timestamp=int(sys.argv[3]) + number, headers=[("a", None), ("b", b""), ("a", b"\\x00\\xff")])
    sys.exit(producer.flush(30))
    """

  /// Key, value, headers and time of a topic's records, as Python sees them, in the order of their values.
  private static let told = """
    import sys
    from confluent_kafka import Consumer
    consumer = Consumer({"bootstrap.servers": sys.argv[1], "group.id": "told", "auto.offset.reset": "earliest"})
    consumer.subscribe([sys.argv[2]])
    records = []
    while len(records) < 3:
        record = consumer.poll(20)
        if record is None: break
        records.append(record)
    for r in sorted(records, key=lambda r: r.value()):
        own = [h for h in r.headers() if not h[0].startswith("dead-letter-")]
        print(r.key(), r.value(), own, r.timestamp()[1], len(r.headers()) - len(own))
    consumer.close()
    """

  @Test(.enabled(if: python != nil)) func lettersAreByteForByte() throws {
    let (scratch, letters) = (try Scratch(), try Scratch(partitions: nil))
    // A minute ago: much older ones are deleted at once.
    let time = Int(Date.now.timeIntervalSince1970 - 60) * 1000
    let sent = try run(python!, "-c", Self.oddRecords, broker!, scratch.topic, "\(time)")
    #expect(sent.code == 0, "\(sent.errors)")
    for (group, place) in [("a", "kafka:\(letters.topic)"), ("b", scratch.file("letters"))] {
      let finished = try RunningCommand(
        framefeed,
        [
          "sink", "--topic", scratch.topic, "--group", scratch.topic + group, "--quiet", "--idle-timeout",
          "3", "--dead-letter", place,
        ]
      ).wait()
      #expect(finished.code == 2, "\(finished.errors)")
    }
    let headers = #"[('a', None), ('b', b''), ('a', b'\x00\xff')]"#
    let told = try run(python!, "-c", Self.told, broker!, letters.topic)
    let lines = told.text.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        #"None b'garbage\x00' \#(headers) \#(time + 0) 4"#,
        #"b'' b'garbage\x01' \#(headers) \#(time + 1) 4"#,
        #"b'\xff' b'garbage\x02' \#(headers) \#(time + 2) 4"#,
      ], "\(told.errors)")
    for (partition, key) in ["null", "\"\"", #"{"hex":"ff"}"#].enumerated() {
      let name = "\(scratch.topic)-\(partition)-\(UnequalTopic.beginning(of: partition)).json"
      let text = try String(contentsOfFile: scratch.file("letters") + "/" + name, encoding: .utf8)
      let expected =
        #","timestampMs":\#(time + partition),"key":\#(key),"#
        + #""headers":[["a",null],["b",""],["a",{"hex":"00ff"}]]}"#
      #expect(text.hasSuffix(expected + "\n"), "\(text)")
    }
  }

  /// A letter that its topic does not take is no end without a remedy.
  @Test func aTopicThatIsTooSmallForLettersIsNamed() throws {
    let (scratch, letters) = (try Scratch(), try Scratch(partitions: nil))
    try prepare(scratch)
    let made = try run(framefeed, "topic", "create", letters.topic, "--max-message-bytes", "10000")
    #expect(made.code == 0, "\(made.errors)")
    let finished = try sink(scratch, group: "j", "--dead-letter", "kafka:\(letters.topic)")
    #expect(finished.code == 1)
    #expect(finished.errors.contains("dead-letter topic \(letters.topic) accepts records of 10000 bytes"))
    #expect(
      finished.errors.contains(
        "is above the limit of topic \(letters.topic), 10000 bytes; raise it: framefeed"),
      "\(finished.errors)")
  }

  /// /dev/full is a disk without room.
  @Test func nothingIsCommittedPastWhatIsSaved() throws {
    let scratch = try Scratch()
    try prepare(scratch)
    try FileManager.default.createDirectory(
      atPath: scratch.file("letters"), withIntermediateDirectories: true)
    let full = scratch.file("letters") + "/\(scratch.topic)-1-1.value"
    try FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: "/dev/full")
    let letters = try sink(scratch, group: "c", "--dead-letter", scratch.file("letters"))
    #expect(letters.code == 1 && letters.errors.contains("cannot write \(full): No space left on device"))
    let letter = try scratch.committed(Self.refused, group: scratch.topic + "c")
    #expect(letter ?? 0 <= 1, "\(letter ?? -1)")

    let results = try sink(scratch, group: "d", "--results", "/dev/full")
    #expect(results.code == 1 && results.errors.contains("cannot write /dev/full: No space left on device"))
    // Up to the first frame, at the most.
    let frame = try scratch.committed(Self.good, group: scratch.topic + "d")
    #expect(frame ?? 0 <= UnequalTopic.beginning(of: Self.good), "\(frame ?? -1)")

    // A report that cannot be saved is still shown, and the frames it tells of are read.
    let report = try sink(scratch, group: "e", "--report", "/dev/full")
    #expect(report.code == 1 && report.errors.contains("cannot write the report to /dev/full"))
    #expect(report.text.contains("inferred 6"))
    try scratch.expectReadToEnd(group: scratch.topic + "e")
  }

  @Test func payloadsAboveTheLimitAreRefused() throws {
    let scratch = try Scratch()
    try prepare(scratch)
    let finished = try sink(scratch, group: "f", "--max-payload", "50000")
    #expect(finished.code == 2 && finished.errors.contains("above the payload limit of 50000"))
    #expect(try scratch.report("sink.json").frames["rejected"] == 8)
    let pixels = try sink(scratch, group: "g", "--max-pixels", "500000")
    #expect(pixels.code == 2 && pixels.errors.contains("above the limit of 500000 pixels"))
  }

  @Test func aPlaceForLettersThatIsNoneIsSaidAtOnce() throws {
    let scratch = try Scratch()
    let file = try sink(scratch, group: "h", "--dead-letter", "/etc/hostname")
    #expect(file.code == 1 && file.errors.contains("/etc/hostname: is not a directory"))
    let itself = try sink(scratch, group: "i", "--dead-letter", "kafka:\(scratch.topic)")
    #expect(itself.code == 64 && itself.errors.contains("name another"))
  }
}
