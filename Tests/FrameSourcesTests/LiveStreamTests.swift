import Foundation
import FrameCore
import FrameSources
import Testing

/// A frame leaves when its last byte is there: the writer sends the next one only when the last has come out.
@Suite struct LiveStreamTests {
  /// Frames of a few KB, as files.
  static func frames(_ scratch: Scratch, _ count: Int = 6) throws -> [[UInt8]] {
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=160x120:rate=2", "-frames:v",
      "\(count)", "-q:v", "4", "%d.jpg")
    return try (1...count).map { try scratch.file("\($0).jpg") }
  }

  @Test func framesOfAPipeNeedNoLaterBytes() throws {
    let scratch = try Scratch()
    let frames = try Self.frames(scratch)
    let pipe = try LivePipe(scratch, "live.mjpeg")
    #expect(pipe.source.isLive)
    for frame in frames {
      let before = FrameClock.now()
      pipe.write(frame)
      let seen = pipe.next()
      #expect(seen?.bytes == frame)
      #expect(try #require(seen).captured >= before && seen!.captured <= FrameClock.now())
    }
    // Byte by byte, and so that markers are cut in two.
    for frame in frames {
      for part in [frame[..<1], frame[1..<3], frame[3..<700], frame[700..<(frame.count - 1)]] {
        pipe.write(Array(part))
        usleep(2000)
      }
      pipe.write([frame.last!])
      #expect(pipe.next()?.bytes == frame)
    }
    pipe.end()
    #expect(pipe.next() == nil)
  }

  /// As different cameras write them; the headers of the next picture come with it, not before.
  @Test(arguments: [
    "--b\r\nContent-Type: image/jpeg\r\nContent-Length: @\r\n\r\n#\r\n",
    "--b\r\nContent-Type: image/jpeg\r\n\r\n#\r\n", "--b\nCONTENT-TYPE:image/jpeg\n\n#\n",
    // Lengths that are wrong.
    "--b\r\ncontent-length: 1000\r\n\r\n#\r\n", "--b\r\ncontent-length: 60000\r\n\r\n#\r\n",
    "--b\r\nContent-Length: 99999999999999999999\r\n\r\n#", "--b\r\nContent-Length: -1\r\n\r\n#\r\n",
    // Without a line end before the boundary, with padding, with many fields.
    "Content-Type: image/jpeg\r\n\r\n#", "\r\n\0\0--a-long.boundary_1\r\nX-Y: 1\r\nx-framerate: 60\r\n\r\n#",
  ])
  func partsOfAPipeNeedNoLaterBytes(_ part: String) throws {
    let scratch = try Scratch()
    let frames = try Self.frames(scratch)
    let pipe = try LivePipe(scratch, "live.mjpeg")
    for frame in frames {
      let text = part.replacing("@", with: "\(frame.count)").split(
        separator: "#", omittingEmptySubsequences: false)
      pipe.write(Array(text[0].utf8) + frame + Array(text[1].utf8))
      let seen = pipe.next()
      #expect(seen?.bytes == frame && seen?.problem == nil, "\(seen?.problem ?? "none")")
    }
    pipe.end()
    let last = pipe.next()
    #expect(last == nil, "\(last?.problem ?? "")")
  }

  /// A camera that leaves out the end marker, and says how long its parts are.
  @Test func partsWithoutAnEndMarkerEndWithTheirLength() throws {
    let scratch = try Scratch()
    let frames = try Self.frames(scratch).map { Array($0.dropLast(2)) }
    let pipe = try LivePipe(scratch, "live.mjpeg")
    for (number, frame) in frames.enumerated() {
      let header = "--b\r\nContent-Length: \(frame.count)\r\n\r\n"
      // The first time the boundary must be seen.
      pipe.write(Array(header.utf8) + frame + Array((number == 0 ? "\r\n--" : "").utf8))
      #expect(pipe.next()?.bytes == frame)
      pipe.write(Array((number == 0 ? "b\r\n" : "\r\n").utf8))
    }
    pipe.end()
    #expect(pipe.next() == nil)
  }

  @Test func y4mFramesNeedNoLaterBytes() throws {
    let scratch = try Scratch()
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=32x20", "-frames:v", "3",
      "-pix_fmt", "yuv420p", "c.y4m")
    let file = try scratch.file("c.y4m")
    let header = file.firstIndex(of: 0x0A)! + 1
    let size = 6 + 32 * 20 * 3 / 2
    let path = "\(scratch.path)/live.y4m"
    try #require(mkfifo(path, 0o600) == 0)
    let writer = FileHandle(fileDescriptor: open(path, O_RDWR | O_CLOEXEC), closeOnDealloc: true)
    writer.write(Data(file[..<header]))
    let source = try SourceOpener.open([path])
    #expect(source.isLive)
    let pool = FramePool(buffers: 4)
    for number in 0..<3 {
      let before = FrameClock.now()
      let frame = file[(header + number * size)..<(header + (number + 1) * size)]
      writer.write(Data(frame))
      guard case .frame(let seen) = try source.next(into: pool) else {
        Issue.record("no frame")
        return
      }
      #expect(seen.buffer.bytes.withUnsafeBytes { Array($0) } == Array(frame.dropFirst(6)))
      #expect(seen.captured >= before && seen.captured <= FrameClock.now())
    }
    // A stop amid a frame cuts nothing off.
    writer.write(Data(file[header..<(header + 500)]))
    _ = PipelineThread("closer") {
      usleep(100_000)
      source.close()
    }
    guard case .end = try source.next(into: pool) else {
      Issue.record("a stop is no cut")
      return
    }
  }

  @Test func aStopAmidAPictureCutsNothingOff() throws {
    let scratch = try Scratch()
    let frame = try Self.frames(scratch, 1)[0]
    let pipe = try LivePipe(scratch, "live.mjpeg")
    pipe.write(frame + frame.dropLast(100))
    #expect(pipe.next()?.bytes == frame)
    usleep(20_000)
    pipe.source.close()
    let last = pipe.next()
    #expect(last == nil, "\(last?.problem ?? "a frame")")
  }

  /// The writer dies amid a frame: that one is handed on for the decoder to refuse, and nothing else is lost.
  @Test func aWriterThatDies() throws {
    let scratch = try Scratch()
    let frames = try Self.frames(scratch, 2)
    for cut in [10, 300, frames[1].count - 40] {
      let pipe = try LivePipe(scratch, "live\(cut).mjpeg")
      pipe.write(frames[0] + frames[1].prefix(cut))
      pipe.end()
      #expect(pipe.next()?.bytes == frames[0])
      let last = try #require(pipe.next())
      if let problem = last.problem {
        #expect(problem.contains("frame 1: the JPEG file is cut off after \(cut) bytes"))
      } else {
        #expect(last.bytes == Array(frames[1].prefix(cut)))
      }
      #expect((last.problem == nil) == (cut > 1000))
      #expect(pipe.next() == nil)
    }
  }
}
