import Foundation
import Testing

/// Pipes of JPEG files through the built program to a broker: a writer that sends a frame only when the record of the
/// one before is in the topic.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct LiveFeedTests {
  /// `framefeed stream -` at the end of a pipe.
  private final class Feed {
    let command: RunningCommand
    private let topic: RunningCommand
    private let writer: FileHandle

    init(_ scratch: Scratch, _ arguments: String = "") throws {
      let path = scratch.file("pipe")
      try #require(mkfifo(path, 0o600) == 0)
      writer = FileHandle(fileDescriptor: open(path, O_RDWR | O_CLOEXEC), closeOnDealloc: true)
      command = try RunningCommand(
        "sh",
        [
          "-c",
          "exec '\(framefeed)' stream - --topic \(scratch.topic) --quiet --codec jpeg --report '\(scratch.file("r.json"))' \(arguments) < '\(path)'",
        ])
      // What is written to a pipe that nobody has opened yet goes with its writer.
      let input = "/proc/\(command.process)/fd/0"
      try #require(
        eventually { (try? FileManager.default.destinationOfSymbolicLink(atPath: input)) == path })
      topic = try RunningCommand(
        "kcat", ["-C", "-u", "-b", broker!, "-t", scratch.topic, "-o", "beginning", "-f", "%S %T %h\n"])
    }

    deinit { topic.kill() }

    /// Records so far: bytes, time in ms, headers.
    var records: [(bytes: Int, time: Int, headers: String)] {
      topic.outputSoFar.split(separator: "\n").map {
        let parts = $0.split(separator: " ", maxSplits: 2)
        return (Int(parts[0])!, Int(parts[1])!, parts.count > 2 ? String(parts[2]) : "")
      }
    }

    func write(_ bytes: [UInt8]) { writer.write(Data(bytes)) }

    func finish() throws -> Finished {
      try writer.close()
      return try command.wait()
    }
  }

  /// Frames of about 5 KB.
  private func frames(_ scratch: Scratch, _ count: Int) throws -> [[UInt8]] {
    let made = try run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=2", "-frames:v",
      "\(count)",
      "-q:v", "12", scratch.file("%d.jpg"))
    #expect(made.code == 0)
    return try (1...count).map { Array(try Data(contentsOf: URL(filePath: scratch.file("\($0).jpg")))) }
  }

  @Test(arguments: [
    "", "--b\r\nContent-Type: image/jpeg\r\nContent-Length: @\r\n\r\n", "--b\nContent-Type: image/jpeg\n\n",
  ])
  func aRecordNeedsNoLaterFrame(_ header: String) throws {
    let scratch = try Scratch(partitions: 1)
    let before = try records(scratch)
    let frames = try frames(scratch, 5)
    let feed = try Feed(scratch)
    for (number, frame) in frames.enumerated() {
      feed.write(Array(header.replacing("@", with: "\(frame.count)").utf8) + frame)
      let isThere = eventually(within: 30) { feed.records.count == before + number + 1 }
      #expect(isThere, "frame \(number): \(feed.command.errorsSoFar)")
      guard isThere else { break }
      #expect(feed.records.last!.bytes == frame.count)
    }
    let finished = try feed.finish()
    #expect(finished.code == 0, "\(finished.errors)")
    let report = try scratch.report("r.json")
    #expect(report.frames["acknowledged"] == 5 && report.frames["rejected"] == 0)
  }

  /// What a topic held when it was made: partitions of a test are never empty.
  private func records(_ scratch: Scratch) throws -> Int {
    try run(
      "kcat", "-C", "-b", broker!, "-t", scratch.topic, "-o", "beginning", "-e", "-q", "-f", "%S\n", "-X",
      "fetch.wait.max.ms=1"
    )
    .text
    .split(separator: "\n").count
  }

  /// The camera's time is the record's; and it is said so.
  @Test func theCamerasTimeIsTheRecords() throws {
    let scratch = try Scratch(partitions: 1)
    let before = try records(scratch)
    let frames = try frames(scratch, 3)
    let feed = try Feed(scratch)
    let start = Int(Date().timeIntervalSince1970) - 1000
    for (number, frame) in frames.enumerated() {
      feed.write(
        Array("--b\r\nX-Timestamp: \(start + number).125000\r\n\r\n".utf8) + frame + Array("\r\n".utf8))
    }
    let finished = try feed.finish()
    #expect(finished.code == 0, "\(finished.errors)")
    #expect(finished.errors.contains("stdin: capture times are those of the camera"))
    #expect(eventually(within: 30) { feed.records.count >= before + 4 })
    let times = feed.records.dropFirst(before).prefix(3).map(\.time)
    #expect(times == (0..<3).map { (start + $0) * 1000 + 125 })
  }

  /// The writer dies amid a frame; one before it was cut off and carries on into the next.
  @Test func cutFramesAreRejectedAndTheOthersSent() throws {
    let scratch = try Scratch(partitions: 1)
    let frames = try frames(scratch, 6)
    let feed = try Feed(scratch)
    feed.write(
      frames[0] + frames[1].dropLast(40) + frames[2] + [1, 2, 3] + frames[3] + frames[4].prefix(2000))
    let finished = try feed.finish()
    #expect(finished.code == 2, "\(finished.errors)")
    let report = try scratch.report("r.json")
    #expect(report.frames["acknowledged"] == 3 && report.frames["rejected"] == 3, "\(report.frames)")
    #expect(finished.errors.contains("stdin frame 1: the JPEG file is "), "\(finished.errors)")
    #expect(finished.errors.contains("stdin frame 4: the JPEG file is "), "\(finished.errors)")
    #expect(finished.errors.contains("3 bytes before it are not a JPEG file"), "\(finished.errors)")
  }

  /// Refused before anything is read, and before a topic is made.
  @Test func aPipeCannotBeLooped() throws {
    let scratch = try Scratch(partitions: nil)
    let looped = try run(
      "sh", "-c",
      "cat samples/flight/*.jpg | '\(framefeed)' stream - --loop forever --quiet --topic \(scratch.topic)")
    #expect(
      looped.code == 64 && looped.errors.contains("stdin is a pipe: it can be read only once"),
      "\(looped.errors)")
  }

  /// A source that cannot be read any further: what was read is sent, with the end of the run and a report.
  @Test func anErrorOfTheSourceLosesNoFrameBefore() throws {
    let scratch = try Scratch(partitions: 1)
    let made = try run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=30", "-frames:v", "60",
      "-pix_fmt", "yuv420p", scratch.file("c.y4m"))
    #expect(made.code == 0)
    var bytes = Array(try Data(contentsOf: URL(filePath: scratch.file("c.y4m"))))
    let header = bytes.firstIndex(of: 0x0A)! + 1
    let frame = 6 + 320 * 240 * 3 / 2
    // Without a line feed in it, for longer than any header.
    bytes.removeSubrange((header + 30 * frame + 100)..<(header + 30 * frame + 112))
    for at in (header + 31 * frame)..<(header + 32 * frame) where bytes[at] == 0x0A { bytes[at] = 0x0B }
    try Data(bytes).write(to: URL(filePath: scratch.file("damaged.y4m")))
    let finished = try run(
      "sh", "-c",
      "cat '\(scratch.file("damaged.y4m"))' | '\(framefeed)' stream - --quiet --topic \(scratch.topic) --report '\(scratch.file("r.json"))'"
    )
    #expect(finished.code == 1 || finished.code == 2, "\(finished.errors)")
    #expect(!finished.errors.isEmpty)
    let report = try scratch.report("r.json")
    #expect(report.frames["acknowledged"]! >= 30 && report.frames["acknowledged"] == report.frames["sent"])
    if finished.code == 1 {
      #expect(report.notes?.contains { $0.contains("could not be read to its end") } == true)
    }
    let topic = try run(
      "kcat", "-C", "-b", broker!, "-t", scratch.topic, "-o", "beginning", "-e", "-q", "-f", "%h\n")
    #expect(topic.text.contains("frame-end=\(report.frames["sent"]!)"))
  }

  /// Ctrl-C while nothing has come yet.
  @Test func aStopWhileThePipeIsSilent() throws {
    let scratch = try Scratch(partitions: 1)
    let feed = try Feed(scratch, "--log-level info")
    usleep(1_500_000)
    feed.command.interrupt()
    let finished = try feed.command.wait()
    #expect(finished.code == 130, "\(finished.errors)")
    #expect(try scratch.report("r.json").frames["sent"] == 0)
  }
}
