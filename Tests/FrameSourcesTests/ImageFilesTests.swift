import FrameCore
import FrameSources
import Testing

/// Directories and lists of image files.
@Suite struct ImageFilesTests {
  /// 2x1 pixels: red, blue.
  static let ppm = Array("P6\n# two pixels\n2 1\n255\n".utf8) + [255, 0, 0, 0, 0, 255]

  @Test func directoriesComeInNaturalOrder() throws {
    let scratch = try Scratch()
    for number in [10, 2, 1] {
      try scratch.write("frame\(number).pgm", Array("P5 1 1 255\n".utf8) + [UInt8(number)])
    }
    try scratch.write("notes.txt", "no image")
    try scratch.write(".hidden.pgm", "no image")
    let source = try SourceOpener.open([scratch.path])
    #expect(source.frameCount == 3 && source.nominalRate == nil && !source.isLive)
    #expect(try readAll(source).map(\.bytes) == [[1], [2], [10]])
    try source.rewind()
    #expect(try readAll(source).count == 3)
  }

  @Test func listsComeAsGiven() throws {
    let scratch = try Scratch()
    let a = try scratch.write("a.ppm", Self.ppm)
    let b = try scratch.write("b.pgm", Array("P5 1 1 255\n".utf8) + [7])
    let readings = try readAll(b, a)
    #expect(readings.map(\.bytes) == [[7], [255, 0, 0, 0, 0, 255]])
    #expect(readings[1].layout == (try PixelLayout(width: 2, height: 1, format: .rgb8)))
  }

  @Test func oneBadFileDoesNotEndTheFeed() throws {
    let scratch = try Scratch()
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=64x48", "-frames:v", "4", "f%d.jpg")
    let whole = try scratch.file("f2.jpg")
    try scratch.write("f2.jpg", Array(whole.dropLast(whole.count / 2)))
    try scratch.write("f3.png", "hello")
    try scratch.write("f4.jpg", [])
    try scratch.write("f5.ppm", "P6 4 4 255\nabc")
    try scratch.write("f6.pgm", "P5 4 4 65535\nabc")
    let readings = try readAll(scratch.path)
    #expect(readings.map { $0.bytes != nil } == [true, false, true, false, false, false, false])
    for (reading, says) in zip(
      readings.filter { $0.problem != nil },
      [
        "f2.jpg: the JPEG file is cut off", "f3.png: is no image", "f4.jpg: is empty", "f5.ppm: is cut off",
        "expected 255",
      ])
    { #expect(reading.problem!.contains(says)) }
    // JPEG files are handed on as they are.
    #expect(readings[0].bytes == (try scratch.file("f1.jpg")))
    #expect(readings[0].layout == (try PixelLayout(width: 64, height: 48, format: .rgb8)))
  }

  @Test func timestampsChooseTheFiles() throws {
    let scratch = try Scratch()
    for number in 1...3 { try scratch.write("\(number).pgm", Array("P5 1 1 255\n".utf8) + [UInt8(number)]) }
    let times = try scratch.write("times.txt", "0.0 3.pgm\n0.1 1.pgm\n")
    let options = SourceOptions(timestamps: try FrameTimestamps.load(times))
    #expect(try readAll(scratch.path, options: options).map(\.bytes) == [[3], [1]])
    let wrong = try scratch.write("wrong.txt", "0.0 3.pgm\n0.1 9.pgm\n")
    let error = #expect(throws: SourceError.self) {
      try readAll(scratch.path, options: SourceOptions(timestamps: try FrameTimestamps.load(wrong)))
    }
    #expect("\(error!)".contains("wrong.txt:2: ") && "\(error!)".contains("9.pgm"))
  }

  @Test func whatCannotBeOpenedIsNamed() throws {
    let scratch = try Scratch()
    let text = try scratch.write("notes.txt", "text")
    for (argument, says) in [
      ("/nowhere/at/all", "/nowhere/at/all: cannot be read: No such file"),
      (scratch.path, "no images in this directory"),
      (text, "unknown kind of file"), ("synthetic:0x5", "synthetic:WIDTHxHEIGHT"),
      ("synthetic:99999x99999", "limit"),
    ] {
      let error = #expect(throws: SourceError.self) { try SourceOpener.open([argument]) }
      #expect("\(error!)".contains(says))
    }
  }

  @Test func limitsHoldForFiles() throws {
    let scratch = try Scratch()
    let file = try scratch.write("a.ppm", Self.ppm)
    let options = SourceOptions(limits: FrameLimits(maximumPixels: 1))
    #expect(try readAll(file, options: options)[0].problem!.contains("above the limit of 1 pixels"))
    let small = SourceOptions(limits: FrameLimits(maximumPayload: 10))
    #expect(try readAll(file, options: small)[0].problem!.contains("above the limit of 10"))
  }
}
