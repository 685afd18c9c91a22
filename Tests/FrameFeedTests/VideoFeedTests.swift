import Foundation
import Testing

/// Videos through the built program and the topic.
@Suite(.serialized, .enabled(if: broker != nil, "FRAMEFEED_BROKER names a broker; make test starts one"))
struct VideoFeedTests {
  /// A video of a variable rate in 10 fps steps, its own planes in `own.raw`.
  private func clip(_ scratch: Scratch, seconds: Int = 2) throws -> String {
    let file = scratch.file("clip.mkv")
    let made = try run(
      "ffmpeg", "-nostdin", "-v", "fatal", "-f", "lavfi", "-i", "testsrc2=size=160x120:rate=10", "-t",
      "\(seconds)", "-vf", "select='not(eq(mod(n,3),1))'", "-vsync", "vfr", "-c:v", "libx264", "-g", "20",
      "-pix_fmt",
      "yuv420p", file)
    #expect(made.code == 0)
    let own = try run(
      "ffmpeg", "-nostdin", "-v", "fatal", "-i", file, "-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt",
      "yuv420p",
      scratch.file("own.raw"))
    #expect(own.code == 0)
    return file
  }

  private func own(_ scratch: Scratch) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: scratch.file("own.raw"))))
  }

  /// An ffmpeg that leaves its process number.
  private func tool(_ scratch: Scratch) throws -> String {
    for (name, text) in [
      ("ffmpeg", "case \"$*\" in *nut*) echo $$ > '\(scratch.file("pid"))';; esac; exec ffmpeg \"$@\""),
      ("ffprobe", "exec ffprobe \"$@\""),
    ] {
      try "#!/bin/sh\n\(text)\n".write(toFile: scratch.file(name), atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.file(name))
    }
    return scratch.file("ffmpeg")
  }

  @Test func aVideoArrivesAtItsOwnTimes() throws {
    let scratch = try Scratch(partitions: nil)
    let file = try clip(scratch)
    let sent = try run(
      framefeed, "stream", file, "--codec", "raw", "--topic", scratch.topic, "--loop", "2", "--fps", "source",
      "--quiet")
    #expect(sent.code == 0 && sent.text.contains("acknowledged 26"), "\(sent.errors)")
    let values = try run("kcat", "-C", "-b", broker!, "-t", scratch.topic, "-e", "-q", "-D", "")
    let own = try own(scratch)
    #expect(values.output == own + own)
    let headers = try run("kcat", "-C", "-b", broker!, "-t", scratch.topic, "-e", "-q", "-f", "%h\n")
    let due = headers.text.split(separator: "\n").compactMap { line -> Int? in
      line.split(separator: ",").first { $0.hasPrefix("frame-scheduled-ns=") }.flatMap {
        Int($0.dropFirst(19))
      }
    }
    // Frames 0, 2, 3, 5 ... of 10 a second; the second reading goes on one mean interval after the first.
    let steps = zip(due.dropFirst(), due).prefix(12).map { Int((Double($0 - $1) / 1e8).rounded()) }
    #expect(steps == [2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1])
    #expect(abs(Double(due[13] - due[12]) / 1e8 - 1.5) < 0.3)
  }

  /// Kept, frames of which samples were lost are counted as damaged, as those of image files are; a line break in the
  /// name is no complaint of ffmpeg's.
  @Test(arguments: ["clip.mp4", "a\nb.mp4"]) func damagedFramesThatAreKeptAreCounted(_ name: String) throws {
    let scratch = try Scratch(partitions: nil)
    let file = scratch.file(name)
    let made = try run(
      "ffmpeg", "-nostdin", "-v", "fatal", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25", "-t", "4",
      "-c:v",
      "libx264", "-bf", "0", "-g", "25", "-x264-params", "cabac=0", "-pix_fmt", "yuv420p", file)
    #expect(made.code == 0)
    let stream = ["stream", file, "--topic", scratch.topic, "--fps", "max", "--quiet", "--damaged", "keep"]
    let whole = try RunningCommand(framefeed, stream + ["--report", scratch.file("whole.json")]).wait()
    #expect(whole.code == 0 && whole.errors.isEmpty, "\(whole.errors)")
    #expect(try scratch.report("whole.json").frames["damaged"] == 0)
    let probe = try run(
      "ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "packet=size,pos", "-of",
      "csv=p=0",
      "file:" + file)
    let packet = probe.text.split(separator: "\n")[60].split(separator: ",").compactMap { Int($0) }
    var bytes = try Data(contentsOf: URL(filePath: file))
    var noise: UInt8 = 7
    for at in packet[1] + packet[0] / 3..<packet[1] + packet[0] {
      noise = noise &* 73 &+ 41
      bytes[at] = noise
    }
    try bytes.write(to: URL(filePath: file))
    let kept = try RunningCommand(framefeed, stream + ["--report", scratch.file("kept.json")]).wait()
    let frames = try scratch.report("kept.json").frames
    // The packet's frame and those up to the next key frame.
    #expect(kept.code == 0 && frames["sent"] == 100 && frames["rejected"] == 0, "\(kept.errors)")
    #expect(frames["damaged"] == 15, "\(frames) \(kept.errors)")
    #expect(
      kept.errors.contains("frame 60: kept, though damaged: is damaged in the file: "), "\(kept.errors)")
    #expect(kept.errors.contains("frame 74: kept, though damaged: is made from a damaged frame"))
  }

  @Test func whatCannotBeStreamedSaysWhy() throws {
    let scratch = try Scratch(partitions: nil)
    let file = try clip(scratch)
    func failure(_ code: Int32, _ says: String, _ arguments: [String], _ environment: [String: String] = [:])
      throws
    {
      let finished = try RunningCommand(
        framefeed, ["stream", "--topic", scratch.topic, "--quiet"] + arguments, environment: environment
      ).wait()
      #expect(finished.code == code && finished.errors.contains(says), "\(finished.errors)")
      #expect(finished.errors.split(separator: "\n").count == (code == 64 ? 2 : 1))
    }
    try failure(
      1, "FRAMEFEED_FFMPEG=/nowhere is not an executable program", [file], ["FRAMEFEED_FFMPEG": "/nowhere"])
    try failure(64, "--seek and --duration are for one video file", ["synthetic:64x64", "--seek", "1"])
    try failure(64, "--seek 1:75: expected seconds, or [hours:]minutes:seconds", [file, "--seek", "1:75"])
    try failure(1, "has no frame from --seek 60.0 s on", [file, "--seek", "1:00"])
  }

  /// Whatever ends us ends ffmpeg.
  @Test(arguments: [true, false]) func ffmpegEndsWithUs(_ isKilled: Bool) throws {
    let scratch = try Scratch(partitions: nil)
    let file = try clip(scratch, seconds: 600)
    let feed = try RunningCommand(
      framefeed, ["stream", file, "--codec", "raw", "--topic", scratch.topic, "--quiet"],
      environment: ["FRAMEFEED_FFMPEG": try tool(scratch)])
    var child: Int32?
    #expect(
      eventually {
        let text = (try? String(contentsOfFile: scratch.file("pid"), encoding: .utf8)) ?? ""
        child = Int32(text.filter(\.isNumber))
        return child != nil && text.hasSuffix("\n")
      })
    let ffmpeg = try #require(child)
    #expect(kill(ffmpeg, 0) == 0)
    // Frames flow: signals are taken.
    #expect(
      try eventually {
        try !run("kcat", "-C", "-b", broker!, "-t", scratch.topic, "-e", "-q", "-c", "1").output.isEmpty
      })
    if isKilled { feed.kill() } else { feed.interrupt() }
    #expect(try feed.wait().code == (isKilled ? SIGKILL : 130))
    // Whoever adopted it may not reap it at once.
    #expect(
      eventually {
        let status = (try? String(contentsOfFile: "/proc/\(ffmpeg)/stat", encoding: .utf8)) ?? ""
        return kill(ffmpeg, 0) != 0 || status.contains(") Z ")
      })
  }
}
