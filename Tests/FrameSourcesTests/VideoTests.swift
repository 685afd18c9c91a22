import Foundation
import FrameCore
import FrameSources
import Testing

/// Video files made by ffmpeg, against ffmpeg's own planes and ffprobe's own times.
@Suite struct VideoTests {
  private let scratch: Scratch
  /// 320 x 240, 25 frames a second, 50 frames, a key frame each 25.
  private let clip: String

  init() throws {
    scratch = try Scratch()
    clip = try scratch.video("clip.mp4", ["-g", "25"])
  }

  /// Frame count, times and every byte.
  private func expectSame(
    _ file: String, _ format: String = "yuv420p", options: SourceOptions = SourceOptions(),
    _ filter: [String] = []
  ) throws {
    let readings = try timedReadings(file, options)
    let times = try scratch.times(file)
    #expect(readings.count == times.count && readings.count > 9)
    for (reading, time) in zip(readings, times) {
      #expect(abs(Double(reading.time) / 1e9 - (time - times[0])) < 2e-6)
    }
    try scratch.ffmpeg(
      ["-i", file] + filter + ["-vsync", "passthrough", "-f", "rawvideo", "-pix_fmt", format, "own.raw"])
    #expect(readings.flatMap(\.bytes) == (try scratch.file("own.raw")))
  }

  @Test(arguments: ["mp4", "mov", "mkv", "ts", "m4v"])
  func anyContainerGivesFFmpegsOwnPlanesAndTimes(_ kind: String) throws {
    let file = "\(scratch.path)/in.\(kind)"
    try scratch.ffmpeg(["-i", clip, "-c", "copy", file])
    try expectSame(file)
  }

  @Test(arguments: [
    ("webm", ["-c:v", "libvpx", "-deadline", "realtime"]), ("mpg", ["-c:v", "mpeg2video", "-bf", "2"]),
    ("avi", ["-c:v", "mpeg4"]),
  ])
  func otherCodecsToo(_ kind: String, _ codec: [String]) throws {
    let file = "\(scratch.path)/in.\(kind)"
    try scratch.ffmpeg(["-i", clip] + codec + [file])
    try expectSame(file)
  }

  @Test func framesOfAVariableRateKeepTheirTimes() throws {
    let file = "\(scratch.path)/variable.mp4"
    try scratch.ffmpeg(["-i", clip, "-vf", "select='not(eq(mod(n,3),1))'", "-vsync", "vfr", file])
    let intervals = Set(
      zip(try scratch.times(file).dropFirst(), try scratch.times(file)).map { Int(($0 - $1) * 1000 + 0.5) })
    #expect(intervals == [40, 80])
    try expectSame(file)
  }

  @Test func aTurnedVideoIsTurnedUnlessItIsWantedAsStored() throws {
    let file = "\(scratch.path)/turned.mp4"
    try scratch.ffmpeg(["-i", clip, "-c", "copy", "-metadata:s:v", "rotate=90", file])
    #expect(try readAll(file)[0].layout == (try PixelLayout(width: 240, height: 320, format: .i420)))
    try expectSame(file)
    var stored = SourceOptions()
    stored.orientation = .stored
    #expect(
      try readAll(file, options: stored)[0].layout
        == (try PixelLayout(width: 320, height: 240, format: .i420)))
    #expect(try readAll(file, options: stored) == readAll(clip))
  }

  /// The high 8 bits of ffmpeg's own 10-bit planes; the larger ones are narrowed in pieces.
  @Test(arguments: ["320:240", "642:362"])
  func tenBitsGoByTheirHighBits(_ size: String) throws {
    let file = "\(scratch.path)/ten.mkv"
    try scratch.ffmpeg([
      "-i", clip, "-frames:v", "8", "-vf", "format=yuv420p10le,scale=\(size)", "-c:v", "libx264", file,
    ])
    try scratch.ffmpeg(["-i", file, "-f", "rawvideo", "-pix_fmt", "yuv420p10le", "own.raw"])
    let own = try scratch.file("own.raw")
    let high = stride(from: 0, to: own.count, by: 2).map { own[$0] >> 2 | own[$0 + 1] << 6 }
    #expect(try readAll(file).flatMap { $0.bytes ?? [] } == high)
  }

  /// What has finer chroma than 4:2:0 is averaged by ffmpeg; grey and RGB stay what they are.
  @Test(arguments: [
    ("libx264", "yuv422p", "yuv420p", PixelFormat.i420), ("libx264", "yuv444p", "yuv420p", .i420),
    ("ffv1", "gray", "gray", .mono8), ("ffv1", "bgr0", "rgb24", .rgb8), ("png", "rgb24", "rgb24", .rgb8),
  ])
  func otherPixelFormats(_ codec: String, _ stored: String, _ own: String, _ format: PixelFormat) throws {
    let file = "\(scratch.path)/in.mkv"
    try scratch.ffmpeg(["-i", clip, "-c:v", codec, "-pix_fmt", stored, file])
    #expect(try readAll(file)[0].layout?.format == format)
    try expectSame(file, own)
  }

  /// BT.709 and full range become limited BT.601, by the stream's own tags: within 2 of ffmpeg's scaler, which goes by
  /// way of RGB and filters chroma, in flat areas.
  @Test(arguments: [("bt709", "tv"), ("bt709", "pc"), ("smpte170m", "pc")])
  func matrixAndRangeOfTheStreamAreObeyed(_ matrix: String, _ range: String) throws {
    let file = "\(scratch.path)/in.mkv"
    // Large flat fields of colours.
    try scratch.ffmpeg([
      "-f", "lavfi", "-i", "smptebars=size=320x240:rate=25", "-frames:v", "10", "-vf",
      "scale=out_color_matrix=\(matrix):out_range=\(range)", "-pix_fmt",
      range == "pc" ? "yuvj420p" : "yuv420p",
      "-colorspace", matrix, "-color_range", range, "-c:v", "ffv1", file,
    ])
    try scratch.ffmpeg([
      "-i", file, "-vf",
      "scale=in_color_matrix=\(matrix):in_range=\(range):out_color_matrix=bt601:out_range=tv",
      "-pix_fmt", "yuv420p", "-f", "rawvideo", "own.raw",
    ])
    let (ours, theirs) = (try readAll(file).flatMap { $0.bytes ?? [] }, try scratch.file("own.raw"))
    #expect(ours.count == theirs.count)
    // The edges of the fields: chroma is spread there.
    let far = zip(ours, theirs).count { abs(Int($0) - Int($1)) > 2 }
    #expect(Double(far) < 0.02 * Double(ours.count), "\(far) of \(ours.count)")
  }

  @Test func motionJPEGStaysByteForByte() throws {
    let file = "\(scratch.path)/in.avi"
    try scratch.ffmpeg(["-i", clip, "-c:v", "mjpeg", "-q:v", "3", file])
    try scratch.ffmpeg(["-i", file, "-c", "copy", "-f", "mjpeg", "own.mjpeg"])
    let readings = try timedReadings(file)
    #expect(readings.flatMap(\.bytes) == (try scratch.file("own.mjpeg")))
    #expect(readings.map(\.time) == (0..<50).map { $0 * 40_000_000 })
    #expect(try readAll(file)[0].layout == (try PixelLayout(width: 320, height: 240, format: .rgb8)))
    // A part of it, and turned: that takes decoding.
    let part = try timedReadings(file, try options(seek: 0.39, duration: 0.4))
    #expect(part.map(\.bytes) == readings[10..<20].map(\.bytes) && part[0].time == 0)
    let turned = "\(scratch.path)/turned.mov"
    try scratch.ffmpeg(["-i", file, "-c", "copy", "-metadata:s:v", "rotate=90", turned])
    #expect(try readAll(turned)[0].layout == (try PixelLayout(width: 240, height: 320, format: .i420)))
  }

  private func options(seek: Double, duration: Double? = nil) throws -> SourceOptions {
    var options = SourceOptions()
    options.seek = seek
    options.duration = duration
    return options
  }

  /// Not the key frame before it.
  @Test func aPartBeginsAtTheFirstFrameShownThenOrLater() throws {
    let all = try timedReadings(clip)
    let part = try timedReadings(clip, try options(seek: 1.21, duration: 0.2))
    #expect(part.map(\.bytes) == all[31..<36].map(\.bytes))
    #expect(part.map(\.time) == (0..<5).map { $0 * 40_000_000 })
    #expect(try SourceOpener.open([clip], options: try options(seek: 1.2)).frameCount == 20)
    let error = #expect(throws: SourceError.self) { try readAll(clip, options: try options(seek: 9)) }
    #expect("\(error!)".contains("has no frame from --seek 9.0 s on: it lasts 2.0 s"))
    let other = #expect(throws: SourceError.self) {
      try readAll("synthetic:64x64", options: try options(seek: 1))
    }
    #expect(other == .option("--seek and --duration are for one video file; synthetic:64x64 is not a video"))
  }

  /// Times grow on by one interval; a thousand loops would leave nothing behind, and ten do not.
  @Test func aVideoIsReadAgainWithoutAGap() throws {
    var options = SourceOptions()
    options.isReadAgain = true
    let source = try SourceOpener.open([clip], options: options)
    #expect(source.hasPresentationTimes && source.nominalRate == 25 && source.frameCount == 50)
    var readings: [TimedReading] = []
    for loop in 0..<10 {
      if loop > 0 { try source.rewind() }
      readings += try timedReadings(source)
    }
    #expect(readings.map(\.time) == (0..<500).map { $0 * 40_000_000 })
    #expect(readings[450...].map(\.bytes) == readings[..<50].map(\.bytes))
    source.close()
  }

  @Test func nothingIsLeftBehind() throws {
    let small = try scratch.video("small.mp4", ["-frames:v", "3"])
    var options = SourceOptions()
    options.isReadAgain = true
    let source = try SourceOpener.open([small], options: options)
    _ = try timedReadings(source)
    for _ in 0..<20 {
      try source.rewind()
      #expect(try timedReadings(source).count == 3)
    }
    // Half read, and closed while ffmpeg waits for room.
    for _ in 0..<5 {
      let source = try SourceOpener.open([clip], options: options)
      _ = try source.next(into: FramePool(buffers: 4))
      source.close()
    }
    source.close()
    // Other tests run beside this one: only children of ours that nobody reaps would stay.
    #expect(eventually { zombies() == 0 })
  }

  /// Wakes a reader and ends ffmpeg.
  @Test func closingEndsTheReading() throws {
    let long = try scratch.video("long.mp4", ["-t", "20"])
    let source = try SourceOpener.open([long])
    let pool = FramePool(buffers: 4)
    _ = try source.next(into: pool)
    let closer = Thread { source.close() }
    closer.start()
    var count = 1
    reading: while true {
      switch try source.next(into: pool) {
      case .frame: count += 1
      case .rejected(let error): Issue.record("\(error)")
      case .end: break reading
      }
    }
    #expect(count <= 500)
  }
}
