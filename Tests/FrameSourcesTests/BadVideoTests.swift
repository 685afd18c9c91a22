import Foundation
import FrameCore
import FrameSources
import Testing

/// Files that are no whole video: a clear line, and the good frames before and beside the fault.
@Suite struct BadVideoTests {
  private let scratch: Scratch
  private let clip: String

  init() throws {
    scratch = try Scratch()
    clip = try scratch.video("clip.mp4", ["-g", "25", "-t", "4"])
  }

  private func problem(_ file: String, options: SourceOptions = SourceOptions()) throws -> String {
    let error = #expect(throws: SourceError.self) { try readAll(file, options: options) }
    return "\(error!)"
  }

  @Test func whatIsNoVideoIsSaid() throws {
    #expect(try problem("\(scratch.path)/none.mp4").contains("none.mp4: cannot be read: No such file"))
    #expect(try problem(try scratch.write("empty.mp4", "")).contains("empty.mp4: is empty; expected a video"))
    #expect(
      try problem(try scratch.write("text.mp4", "hello")).contains(
        "is not a video that ffmpeg can read: mov,mp4,m4a,3gp,3g2,mj2: moov atom not found")
    )
    try FileManager.default.createDirectory(
      atPath: "\(scratch.path)/d.mp4", withIntermediateDirectories: true)
    #expect(try problem("\(scratch.path)/d.mp4").contains("no images in this directory"))
    #expect(mkfifo("\(scratch.path)/fifo.mp4", 0o600) == 0)
    #expect(try problem("\(scratch.path)/fifo.mp4").contains("not a regular file"))
    try scratch.ffmpeg(["-f", "lavfi", "-i", "sine", "-t", "1", "-c:a", "aac", "audio.mp4"])
    #expect(
      try problem("\(scratch.path)/audio.mp4").contains("audio.mp4: has no video stream; it has audio: aac"))
    try scratch.ffmpeg(["-i", clip, "-frames:v", "1", "cover.jpg"])
    try scratch.ffmpeg([
      "-f", "lavfi", "-t", "1", "-i", "sine", "-i", "cover.jpg", "-map", "0:a", "-map", "1:v", "-c:a", "aac",
      "-c:v",
      "copy", "-disposition:v:0", "attached_pic", "cover.mp4",
    ])
    #expect(try problem("\(scratch.path)/cover.mp4").contains("it has audio: aac, a cover picture"))
    let bytes = try scratch.file("clip.mp4")
    let head = bytes.firstRange(of: Array("avc1".utf8), from: bytes.count / 2)!
    let unknown = bytes[..<head] + Array("zzz9".utf8) + bytes[(head + 4)...]
    #expect(
      try problem(try scratch.write("unknown.mp4", Array(unknown))).contains(
        "its video is in a codec that ffmpeg does not know (tag zzz9)"))
    // Its index is at the end.
    #expect(
      try problem(try scratch.write("cut.mp4", Array(bytes[..<(bytes.count / 2)]))).contains(
        "moov atom not found"))
  }

  /// A file cut off in the middle: every frame up to there, none behind it, and a word about it.
  @Test(arguments: ["mkv", "ts", "avi", "mpg"]) func framesBeforeTheEndOfACutFileAreSent(_ kind: String)
    throws
  {
    let (whole, cut) = ("\(scratch.path)/whole.\(kind)", "\(scratch.path)/cut.\(kind)")
    try scratch.ffmpeg(["-i", clip] + (kind == "mpg" ? ["-c:v", "mpeg2video"] : ["-c", "copy"]) + [whole])
    let bytes = try scratch.file("whole.\(kind)")
    try scratch.write("cut.\(kind)", Array(bytes[..<(bytes.count * 6 / 10)]))
    let good = try timedReadings(whole)
    let byTime = Dictionary(uniqueKeysWithValues: good.map { ($0.time, $0.bytes) })
    var problems: [String] = []
    let seen = try timedReadings(try SourceOpener.open([cut])) { problems.append($0) }
    #expect(seen.count > 40 && seen.count < good.count)
    #expect(seen.allSatisfy { byTime[$0.time] == $0.bytes })
    #expect(!problems.isEmpty)
  }

  /// Two thirds of a packet are wrong, a key frame's or the largest of the others: no frame goes out that is not as it
  /// was, and each that does not go out is told.
  @Test(arguments: [0, 1, 2, 3]) func damagedFramesAreRefusedAndThoseMadeFromThem(_ place: Int) throws {
    // Without arithmetic coding, where wrong bits may well be right ones.
    let clip = try scratch.video("plain.mp4", ["-g", "25", "-t", "4", "-x264-params", "cabac=0"])
    var bytes = try scratch.file("plain.mp4")
    let packets = try scratch.packets(clip)
    let (keys, others) = (packets.filter(\.isKey), packets.filter { !$0.isKey }.sorted { $0.size > $1.size })
    let packet = place == 0 ? keys[2] : others[place - 1]
    var generator = SeededGenerator(UInt64(place + 1))
    for at in packet.position + packet.size / 3..<packet.position + packet.size {
      bytes[at] = UInt8.random(in: 0...255, using: &generator)
    }
    let file = try scratch.write("damaged.mp4", bytes)
    let good = try timedReadings(clip)
    let source = try SourceOpener.open([file])
    var problems: [String] = []
    let seen = try timedReadings(source) { problems.append($0) }
    let byTime = Dictionary(uniqueKeysWithValues: good.map { ($0.time, $0.bytes) })
    #expect(seen.allSatisfy { byTime[$0.time] == $0.bytes })
    #expect(seen.count < good.count && seen.count + problems.count >= good.count)
    #expect(problems.contains { $0.contains("is damaged in the file: ") })
    // The group of frames around it, and no other.
    #expect(seen.count >= good.count - 50)
    var keeps = SourceOptions()
    keeps.keepsDamaged = true
    // Kept, each that was refused is there, and says that it is damaged.
    var left: [String] = []
    let kept = try timedReadings(try SourceOpener.open([file], options: keeps)) { left.append($0) }
    #expect(kept.count == good.count)
    let whole = Set(seen.map(\.time))
    #expect(kept.allSatisfy { ($0.damage == nil) == whole.contains($0.time) })
    #expect(kept.contains { $0.damage?.hasPrefix("is damaged in the file: ") == true })
    #expect(left == problems.filter { $0.contains(" is missing: ") })
  }

  @Test func ffmpegThatIsMissingOrTooOldIsSaidInOneLine() throws {
    var options = SourceOptions()
    options.ffmpeg = "/nowhere/ffmpeg"
    #expect(
      try problem(clip, options: options).contains(
        "clip.mp4: cannot be read: /nowhere/ffmpeg is not an executable program"))
    for (name, says, then) in [
      ("old", "ffmpeg version 3.4.8 Copyright", "is ffmpeg 3.4; 4.0 or newer is needed"),
      ("new", "ffmpeg version n7.1-3-g1 Copyright", "there is no ffprobe beside"),
      (
        "git", "ffmpeg version N-109542-g0a Copyright\nlibavcodec     60.  3.100",
        "there is no ffprobe beside"
      ),
      ("odd", "hello", "does not give the answer of ffmpeg"),
    ] {
      options.ffmpeg = try scratch.script(name, "printf '\(says.replacing("\n", with: "\\n"))\\n'")
      #expect(try problem(clip, options: options).contains(then))
    }
  }

  /// What was read before is sent, and the reason told.
  @Test func anFFmpegThatIsKilledEndsTheReading() throws {
    // A wrapper whose number is ffmpeg's own.
    let tool = try scratch.script(
      "ffmpeg", "case \"$*\" in *nut*) echo $$ > '\(scratch.path)/pid';; esac; exec ffmpeg \"$@\"")
    try scratch.script("ffprobe", "exec ffprobe \"$@\"")
    var options = SourceOptions()
    options.ffmpeg = tool
    let long = try scratch.video("long.mp4", ["-t", "20"])
    let source = try SourceOpener.open([long], options: options)
    let pool = FramePool(buffers: 4)
    _ = try source.next(into: pool)
    let child = Int32(String(decoding: try scratch.file("pid"), as: UTF8.self).filter(\.isNumber))!
    #expect(kill(child, SIGKILL) == 0)
    var problems: [String] = []
    let seen = try timedReadings(source) { problems.append($0) }
    #expect(seen.count < 500)
    #expect(
      problems.count == 1
        && problems[0].contains("cannot be read from here on: ffmpeg was killed by signal 9"))
  }

  /// Names are never taken for options, protocols or shell text.
  @Test func anyNameIsAFile() throws {
    for name in [
      "-i.mp4", "a b;$(touch x)'\".mp4", "concat:a|b.mp4", "pipe:0.mp4", "\nb.mp4", "a\nb.mp4",
      "a\r\n[error] x\n.mp4",
    ] {
      let file = "\(scratch.path)/\(name)"
      try FileManager.default.copyItem(atPath: clip, toPath: file)
      #expect(try readAll(file).count == 100)
    }
    #expect(!FileManager.default.fileExists(atPath: "\(scratch.path)/x"))
  }
}
