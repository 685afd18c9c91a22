import Foundation
import FrameCore
import FrameSources
import Testing

/// Files of many frames, made by the tools people use.
@Suite struct StreamFilesTests {
  static let clip = [
    "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=50x38:rate=25", "-frames:v", "5",
  ]

  @Test(arguments: [("yuv420p", PixelFormat.i420), ("gray", .mono8)])
  func y4mOfFFmpegIsReadExactly(_ pixelFormat: String, _ format: PixelFormat) throws {
    let scratch = try Scratch()
    try ffmpeg(scratch, ["-pix_fmt", pixelFormat, "clip.y4m"])
    try ffmpeg(scratch, ["-pix_fmt", pixelFormat, "-f", "rawvideo", "clip.raw"])
    let source = try SourceOpener.open(["\(scratch.path)/clip.y4m"])
    #expect(source.nominalRate == 25)
    let layout = try PixelLayout(width: 50, height: 38, format: format)
    let readings = try readAll(source)
    #expect(readings.count == 5 && readings.allSatisfy { $0.layout == layout })
    #expect(readings.flatMap { $0.bytes ?? [] } == (try scratch.file("clip.raw")))
    try source.rewind()
    #expect(try readAll(source) == readings)
  }

  /// ffmpeg's own conversion to RGB rounds otherwise: within 3 of ours everywhere.
  @Test func y4mIn444BecomesRGB() throws {
    let scratch = try Scratch()
    try ffmpeg(scratch, ["-pix_fmt", "yuv444p", "clip.y4m"])
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-i", "clip.y4m", "-sws_flags", "accurate_rnd+full_chroma_int",
      "-pix_fmt", "rgb24", "-f", "rawvideo", "clip.raw")
    let readings = try readAll("\(scratch.path)/clip.y4m")
    let ours = readings.flatMap { $0.bytes ?? [] }
    let theirs = try scratch.file("clip.raw")
    #expect(ours.count == theirs.count)
    #expect(zip(ours, theirs).allSatisfy { abs(Int($0) - Int($1)) <= 3 })
  }

  @Test func aCutStreamGivesTheFramesBefore() throws {
    let scratch = try Scratch()
    try ffmpeg(scratch, ["-pix_fmt", "yuv420p", "clip.y4m"])
    let whole = try scratch.file("clip.y4m")
    let cut = try scratch.write("cut.y4m", Array(whole.dropLast(1000)))
    let readings = try readAll(cut)
    #expect(readings.count == 5)
    #expect(
      readings[4].problem!.contains(
        "cut.y4m frame 4: the stream is cut off: the frame has 1850 of 2850 bytes"))
  }

  @Test(arguments: [
    ("hello", "begin with YUV4MPEG2"), ("YUV4MPEG2 W4\n", "no width and height"),
    ("YUV4MPEG2 W4 H4 C420p8\n", "C420p8 is not supported"), ("YUV4MPEG2 W0 H4\n", "at least 1 px"),
    ("YUV4MPEG2 W999999999 H999999999\n", "limit"),
  ])
  func badY4MHeadersAreNamed(_ text: String, _ says: String) throws {
    let scratch = try Scratch()
    let file = try scratch.write("x.y4m", text)
    let error = #expect(throws: SourceError.self) { try readAll(file) }
    #expect("\(error!)".contains(says))
  }

  @Test func mjpegOfFFmpegIsCutAtTheFiles() throws {
    let scratch = try Scratch()
    try ffmpeg(scratch, ["-q:v", "3", "-f", "mjpeg", "clip.mjpeg"])
    let whole = try scratch.file("clip.mjpeg")
    let readings = try readAll("\(scratch.path)/clip.mjpeg")
    #expect(readings.count == 5)
    #expect(readings.flatMap { $0.bytes ?? [] } == whole)
    // A thumbnail inside an APP1 segment is no frame; garbage between files and a cut end are told.
    let first = readings[0].bytes!
    let thumbnail =
      [0xFF, 0xD8, 0xFF, 0xE1, 0x00, UInt8(2 + 6)] + [0xFF, 0xD8, 0xFF, 0xDB, 0xFF, 0xD9] + first.dropFirst(2)
    let mixed = try scratch.write(
      "mixed.mjpeg", thumbnail + [1, 2, 3] + first + [0, 0] + first.dropLast(50))
    let seen = try readAll(mixed)
    // Whether all of the picture is there without its end marker is for the decoder to say.
    #expect(seen.map { $0.bytes?.count } == [thumbnail.count, nil, first.count, first.count - 50])
    #expect(seen[1].problem!.contains("3 bytes before it"))
  }

  @Test func rawDumpsNeedTheirSize() throws {
    let scratch = try Scratch()
    let file = try scratch.write("x.bgr", Array(0..<25))
    let error = #expect(throws: SourceError.self) { try readAll(file) }
    #expect("\(error!)".contains("--size"))
    let readings = try readAll(file, options: SourceOptions(size: FrameSize("2x2")))
    #expect(readings.map(\.bytes) == [Array(0..<12), Array(12..<24), nil])
    #expect(readings[0].layout?.format == .bgr8)
    #expect(readings[2].problem!.contains("1 of 12 bytes"))
  }

  @Test func theSyntheticSceneIsAFunctionOfTheNumber() throws {
    let first = try readAll(try SourceOpener.open(["synthetic:160x90"]), limit: 12)
    #expect(try readAll(try SourceOpener.open(["synthetic:160x90"]), limit: 12) == first)
    #expect(Set(first.map { $0.bytes!.hashValue }).count == 12)
    #expect(first[0].layout == (try PixelLayout(width: 160, height: 90, format: .rgb8)))
    for size in ["1x1", "3x200", "200x3"] {
      #expect(try readAll(try SourceOpener.open(["synthetic:\(size)"]), limit: 3).count == 3)
    }
  }

  private func ffmpeg(_ scratch: Scratch, _ output: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["ffmpeg"] + Self.clip + output
    process.currentDirectoryURL = URL(filePath: scratch.path)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }
}
