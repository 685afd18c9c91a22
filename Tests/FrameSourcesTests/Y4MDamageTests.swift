import Foundation
import FrameCore
import Testing

@testable import FrameSources
import Glibc

/// y4m that lost bytes on its way: the damaged frame is told, all others are what they were.
@Suite struct Y4MDamageTests {
  private func clip(_ scratch: Scratch, frames: Int) throws -> [UInt8] {
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=50x38", "-frames:v", "\(frames)",
      "-pix_fmt", "yuv420p", "clip.y4m")
    return try scratch.file("clip.y4m")
  }

  /// `cat a.y4m b.y4m`: what is of one kind goes on; another kind is told.
  @Test func joinedFilesAreOne() throws {
    let scratch = try Scratch()
    let whole = try clip(scratch, frames: 3)
    let all = try readAll("\(scratch.path)/clip.y4m").map(\.bytes)
    #expect(try readAll(try scratch.write("a.y4m", whole + whole)).map(\.bytes) == all + all)
    let other = Array("YUV4MPEG2 W2 H2 F25:1 Cmono\nFRAME\n1234".utf8)
    let readings = try readAll(try scratch.write("b.y4m", whole + other))
    #expect(readings.map(\.bytes) == all + [nil])
  }

  /// 12 bytes lost or found within a frame, a line that is no longer one, rubbish between frames or behind them: the
  /// frame is told, and all others are what they were.
  @Test func damageCostsTheFrameAlone() throws {
    let scratch = try Scratch()
    let whole = try clip(scratch, frames: 20)
    let all = try readAll("\(scratch.path)/clip.y4m").map { $0.bytes! }
    let (bytes, span) = (2850, 2856)
    let start = whole.count - 20 * span
    func line(_ frame: Int) -> Int { start + frame * span }
    var cases: [(name: String, file: [UInt8], lost: [Int])] = []
    var file = whole
    file.removeSubrange(line(7) + 1000..<line(7) + 1012)
    cases.append(("12 bytes lost", file, [7]))
    file = whole
    file.removeSubrange(line(19) + 1000..<line(19) + 1012)
    cases.append(("12 bytes lost in the last", file, [19]))
    file = whole
    file.removeSubrange(line(18) + 1000..<line(18) + 1012)
    cases.append(("12 bytes lost in the last but one", file, [18]))
    file = whole
    file.insert(contentsOf: Array(repeating: 9, count: 12), at: line(7) + 1000)
    cases.append(("12 bytes more", file, [7]))
    file = whole
    file[line(7) + 2] = 0
    cases.append(("a damaged line", file, [7]))
    file = whole
    for frame in 7...9 { file[line(frame)] = 0 }
    cases.append(("three damaged lines", file, [7, 8, 9]))
    file = whole
    file.removeSubrange(line(7) + 1000..<line(9) + 500)
    cases.append(("more than a frame lost", file, [7, 8, 9]))
    file = whole
    file.removeSubrange(line(7) + 1000..<line(8) + 3)
    cases.append(("more: a line within", file, [7, 8]))
    for (name, file, lost) in cases {
      let readings = try readAll(try scratch.write("x.y4m", file))
      let kept = all.indices.filter { !lost.contains($0) }.map { all[$0] }
      let isKept = readings.compactMap(\.bytes) == kept
      #expect(isKept, "\(name)")
      let told = readings.compactMap(\.problem)
      #expect(told.first?.contains("FRAME") == true || told.first?.contains("cut off") == true, "\(name)")
      // How many were lost is known where what is left has the length of whole frames.
      #expect(
        told.count == lost.count || (1...lost.count).contains(told.count) && name.hasPrefix("more"), "\(name)"
      )
    }
    // What is behind the last frame is told, and costs none.
    let rubbish = try readAll(try scratch.write("x.y4m", whole + Array(repeating: 1, count: 9000)))
    #expect(rubbish.compactMap(\.bytes) == all && rubbish.compactMap(\.problem).count == 1)
    let few = try readAll(try scratch.write("x.y4m", whole + Array("FRA".utf8)))
    #expect(few.compactMap(\.bytes) == all && few.compactMap(\.problem).count == 1)
    let cut = try readAll(try scratch.write("x.y4m", whole.dropLast(1000)))
    #expect(cut.compactMap(\.bytes) == Array(all.dropLast()))
    #expect(
      cut.last?.problem?.contains(
        "frame 19: the stream is cut off: the frame has \(bytes - 1000) of \(bytes) bytes") == true)
  }

  /// Words of frame lines within pixels, where no line can be: in linear time.
  @Test func linesWithinPixelsAreNoFrames() throws {
    let scratch = try Scratch()
    let (width, height) = (400, 300)
    let count = width * height * 3 / 2
    let header = Array("YUV4MPEG2 W\(width) H\(height)\n".utf8)
    let words = Array(repeatElement(Array("FRAME\n".utf8), count: count).joined())
    let readings = try readAll(
      try scratch.write("x.y4m", header + Array("FRAME\n".utf8) + words.dropLast(count * 3) + [1, 2, 3]))
    #expect(readings.count < 10)
    let pixels = words[1..<count + 1]
    let good = try readAll(
      try scratch.write("y.y4m", header + Array("FRAME\n".utf8) + pixels + Array("FRAME\n".utf8) + pixels))
    #expect(good.map(\.bytes) == [Array(pixels), Array(pixels)])
    let blank = Array(repeating: UInt8(7), count: 10_000)
    for at in [0, 1, 15, 4089, 4090, 4091, 4092, 4095, 4096, 9993, 9994] {
      var frame = blank
      frame.replaceSubrange(at..<at + 6, with: Array("FRAME ".utf8))
      #expect(frame.withUnsafeBytes { Y4MFrameLines.isWithin($0) }, "\(at)")
    }
    #expect(!blank.withUnsafeBytes { Y4MFrameLines.isWithin($0) })
  }

  /// A live pipe: each frame leaves before a byte of the next is there, and lost bytes are seen all the same.
  @Test func liveFramesDoNotWaitForTheNext() throws {
    let scratch = try Scratch()
    let whole = try clip(scratch, frames: 5)
    let all = try readAll("\(scratch.path)/clip.y4m").map { $0.bytes! }
    let span = 2856
    let start = whole.count - 5 * span
    let path = "\(scratch.path)/pipe"
    #expect(mkfifo(path, 0o600) == 0)
    let writer = open(path, O_RDWR)
    defer { close(writer) }
    func send(_ bytes: ArraySlice<UInt8>) {
      #expect(bytes.withUnsafeBytes { write(writer, $0.baseAddress, $0.count) } == bytes.count)
    }
    send(whole[..<(start + span)])
    let source = try Y4MSource(
      name: "pipe", try ByteStream(try SourceFile(path: path)), isLive: true, limits: .standard)
    let first = try readAll(source, limit: 1)
    #expect(first.map(\.bytes) == [all[0]])
    send(whole[(start + span)..<(start + 2 * span)])
    let second = try readAll(source, limit: 1)
    #expect(second.map(\.bytes) == [all[1]])
    // The third lacks 12 bytes; as many of the fourth are here, its line among them, and no more.
    let lost = start + 2 * span + 500
    send(whole[(start + 2 * span)..<lost] + whole[(lost + 12)..<(start + 3 * span + 12)])
    let rest = Array(whole[(start + 3 * span + 12)...])
    let thread = PipelineThread("writer") {
      usleep(50_000)
      _ = rest.withUnsafeBytes { write(writer, $0.baseAddress, $0.count) }
      // The last frame is whole once it is known what follows: the search for one asks for more than a frame.
      usleep(50_000)
      source.close()
    }
    let later = try readAll(source)
    thread.join()
    #expect(later.count >= 2 && later[0].problem?.contains("expected a line FRAME after it") == true)
    #expect(later.dropFirst().allSatisfy { $0.problem == nil })
    #expect(later.dropFirst().first?.bytes == all[3])
  }
}
