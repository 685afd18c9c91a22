import Foundation
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
    #expect(source.notes == ["1 file is not an image and is left out: notes.txt"])
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
    // What is wrong within a JPEG file, the encoders say: the source decodes nothing.
    #expect(readings.map { $0.bytes != nil } == [true, true, true, false, false, false, false])
    for (reading, says) in zip(
      readings.filter { $0.problem != nil },
      [
        "f3.png: is not an image", "f4.jpg: is empty", "f5.ppm: is cut off",
        "f6.pgm: is cut off",
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

  /// What came or went since is seen when the directory is read again.
  @Test func aDirectoryIsListedForEachReading() throws {
    let scratch = try Scratch()
    for number in [1, 3] {
      try scratch.write("\(number).pgm", Array("P5 1 1 255\n".utf8) + [UInt8(number)])
    }
    let source = try SourceOpener.open([scratch.path])
    #expect(try readAll(source).map(\.bytes) == [[1], [3]])
    try scratch.write("2.pgm", Array("P5 1 1 255\n".utf8) + [2])
    try FileManager.default.removeItem(atPath: "\(scratch.path)/3.pgm")
    try source.rewind()
    #expect(source.frameCount == 2)
    #expect(try readAll(source).map(\.bytes) == [[1], [2]])
    try FileManager.default.moveItem(atPath: scratch.path, toPath: scratch.path + "-away")
    #expect(throws: SourceError.self) { try source.rewind() }
    try FileManager.default.moveItem(atPath: scratch.path + "-away", toPath: scratch.path)
    try source.rewind()
    #expect(try readAll(source).map(\.bytes) == [[1], [2]])
  }

  /// Names are bytes; messages show those that are no text.
  @Test func namesNeedNotBeText() throws {
    let scratch = try Scratch()
    func write(_ name: [UInt8], _ text: String) {
      let path = (Array(scratch.path.utf8) + [UInt8(ascii: "/")] + name + [0]).map { CChar(bitPattern: $0) }
      let descriptor = open(path, O_WRONLY | O_CREAT, 0o600)
      #expect(descriptor >= 0 && Foundation.write(descriptor, text, text.utf8.count) == text.utf8.count)
      close(descriptor)
    }
    write(Array("caf".utf8) + [0xE9] + Array("10.pgm".utf8), "P5 1 1 255\nB")
    write(Array("caf".utf8) + [0xE9] + Array("2.PGM".utf8), "P5 1 1 255\nA")
    write([0xC3, 0xA9, 0x0A] + Array(".pgm".utf8), "P5 bad")
    write(Array("caf\u{E9}".utf8) + Array(".pgm".utf8), "P5 1 1 255\nC")
    write([0xFF, 0xFE], "")
    let source = try SourceOpener.open([scratch.path])
    let readings = try readAll(source)
    #expect(readings.compactMap(\.bytes) == [[67], [65], [66]])
    #expect(readings.last?.problem?.contains("/\u{E9}\\x0A.pgm: the PNM header is damaged") == true)
    #expect(source.notes == ["1 file is not an image and is left out: \\xFF\\xFE"])
  }

  /// A pipe that nobody writes to does not hold up the feed, nor does anything else that is no file.
  @Test func whatIsNoFileIsRejected() throws {
    let scratch = try Scratch()
    #expect(mkfifo("\(scratch.path)/1.jpg", 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: "\(scratch.path)/2.png", withDestinationPath: "/dev/null")
    try scratch.write("3.pgm", Array("P5 1 1 255\n".utf8) + [3])
    try FileManager.default.createSymbolicLink(
      atPath: "\(scratch.path)/4.pgm", withDestinationPath: "3.pgm")
    try FileManager.default.createSymbolicLink(
      atPath: "\(scratch.path)/5.pgm", withDestinationPath: "nowhere")
    try FileManager.default.createDirectory(
      atPath: "\(scratch.path)/6.jpg", withIntermediateDirectories: false)
    // Directories are no files, nor what leads to one.
    try FileManager.default.createSymbolicLink(
      atPath: "\(scratch.path)/7.jpg", withDestinationPath: "6.jpg")
    let readings = try readAll(scratch.path)
    #expect(readings.map(\.bytes) == [nil, nil, [3], [3], nil])
    for (at, says) in [
      (0, "1.jpg: is a named pipe; expected an image file"), (1, "2.png: is a device"),
      (4, "5.pgm: cannot be read: No such file"),
    ] {
      #expect(readings[at].problem?.contains(says) == true, "\(readings[at])")
    }
  }

  @Test func aDirectoryAboveImagesSaysWhereTheyAre() throws {
    let scratch = try Scratch()
    for camera in ["cam10", "cam2"] {
      try FileManager.default.createDirectory(
        atPath: "\(scratch.path)/DCIM/\(camera)", withIntermediateDirectories: true)
      for number in 1...3 { try scratch.write("DCIM/\(camera)/\(number).jpg", "x") }
    }
    try scratch.write("info.txt", "text")
    for (directory, says) in [
      (
        scratch.path,
        "no images in this directory; there are 3 in \(scratch.path)/DCIM/cam2 (and more in 1 beside it): give that"
      ),
      ("\(scratch.path)/DCIM/", "there are 3 in \(scratch.path)/DCIM/cam2"),
    ] {
      let error = #expect(throws: SourceError.self) { try SourceOpener.open([directory]) }
      #expect("\(error!)".contains(says), "\(error!)")
    }
    try scratch.write("DCIM/cam10/1.tif", "II*")
    let empty = try Scratch()
    try empty.write("a.txt", "text")
    let error = #expect(throws: SourceError.self) { try SourceOpener.open([empty.path]) }
    #expect("\(error!)".contains("expected files ending in .bmp .dib .jfif .jpe .jpeg .jpg"))
    #expect("\(error!)".contains("not as a.txt"))
  }

  @Test func aDirectoryOfVideosNamesOne() throws {
    let scratch = try Scratch()
    try scratch.write("b10.MP4", "x")
    try scratch.write("notes.txt", "x")
    let one = #expect(throws: SourceError.self) { try SourceOpener.open([scratch.path]) }
    #expect("\(one!)".contains("; there is 1 video: give one, as in \(scratch.path)/b10.MP4"), "\(one!)")
    try scratch.write("b9.mkv", "x")
    let two = #expect(throws: SourceError.self) { try SourceOpener.open([scratch.path]) }
    #expect("\(two!)".contains("; there are 2 videos: give one, as in \(scratch.path)/b9.mkv"), "\(two!)")
  }

  @Test(arguments: [["a.mp4", "b.mp4"], ["a.jpg", "b.webm"], ["a.MOV", "a.jpg"]])
  func videosComeOneAtATime(_ names: [String]) {
    let error = #expect(throws: SourceError.self) { try SourceOpener.open(names) }
    guard case .option(let problem) = error else { return #expect(Bool(false), "\(error!)") }
    #expect(problem.contains(": a video; give one video at a time"))
  }

  @Test func filesOfSeveralPicturesGiveEachOfThem() throws {
    let scratch = try Scratch()
    let one = Array("P5 2 1 255\n".utf8) + [1, 2]
    let two = Array("P6 1 1 255\n".utf8) + [3, 4, 5]
    let file = try scratch.write("a.pnm", one + two)
    let readings = try readAll(file)
    #expect(readings.map(\.bytes) == [[1, 2], [3, 4, 5]])
    let cut = try scratch.write("b.pnm", one + two.dropLast())
    #expect(try readAll(cut)[1].problem?.contains("b.pnm frame 1: is cut off") == true)
    // A line of times is for one picture.
    let times = try scratch.write("times.txt", "0 a.pnm\n1 c.pgm\n")
    try scratch.write("c.pgm", one)
    let timed = try readAll(scratch.path, options: SourceOptions(timestamps: try FrameTimestamps.load(times)))
    #expect(timed.map(\.bytes) == [nil, [1, 2]])
    #expect(timed[0].problem?.contains("holds several pictures") == true)
  }
}
