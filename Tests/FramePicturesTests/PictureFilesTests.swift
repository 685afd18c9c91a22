import Foundation
import FrameCore
import FrameSources
import FrameTIFF
import FrameWebP
import Testing

let python = ProcessInfo.processInfo.environment["FRAMEFEED_PYTHON"]

/// Every kind of image file that goes out as pixels, against what OpenCV and Pillow read.
@Suite(.enabled(if: python != nil, "FRAMEFEED_PYTHON names no Python")) struct PictureFilesTests {
  /// A line of ``pictureScript``.
  struct Case: Decodable {
    struct Picture: Decodable {
      let width: Int
      let height: Int
      let channels: Int
      let pixels: Data
    }

    let name: String
    let tolerance: Int
    let says: String?
    let pictures: [Picture]
  }

  static let options = SourceOptions(pictures: [TIFFFormat(), WebPFormat()])

  /// Each file alone: its pictures in their order, or why there are none.
  @Test func filesAreReadAsOpenCVAndPillowDo() throws {
    let (folder, cases) = try Pictures.all()
    #expect(cases.count > 150)
    for file in cases {
      let source = try SourceOpener.open(["\(folder.path)/\(file.name)"], options: Self.options)
      let readings = try Reading.all(source)
      if let says = file.says {
        #expect(readings.count == 1, "\(file.name)")
        guard case .rejected(let problem) = readings.first else {
          Issue.record("\(file.name) is read")
          continue
        }
        #expect(problem.contains(file.name) && problem.contains(says), "\(file.name): \(problem)")
        continue
      }
      #expect(readings.count == file.pictures.count, "\(file.name): \(readings.count) readings")
      for (position, (reading, want)) in zip(readings, file.pictures).enumerated() {
        guard case .frame(let bytes, let content, let origin) = reading else {
          Issue.record("\(file.name): \(reading)")
          continue
        }
        let format: PixelFormat = want.channels == 1 ? .mono8 : .rgb8
        #expect(
          content.layout == (try PixelLayout(width: want.width, height: want.height, format: format)),
          "\(file.name)")
        let worst = zip(bytes, want.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 255
        #expect(bytes.count == want.pixels.count && worst <= file.tolerance, "\(file.name): \(worst)")
        #expect(origin.position == (file.pictures.count > 1 ? position : nil), "\(file.name)")
      }
    }
  }

  /// All of them in one directory: what is bad does not keep the good from going out.
  @Test func goodFilesBesideBadOnesAreRead() throws {
    let (folder, cases) = try Pictures.all()
    let source = try SourceOpener.open([folder.path], options: Self.options)
    let readings = try Reading.all(source)
    let frames = readings.filter { if case .frame = $0 { true } else { false } }
    #expect(frames.count == cases.reduce(0) { $0 + $1.pictures.count })
    #expect(readings.count - frames.count == cases.count { $0.says != nil })
    // Files of several pictures: nobody knows beforehand.
    #expect(source.frameCount == nil)
    // A second reading is the same.
    try source.rewind()
    #expect(try Reading.all(source) == readings)
  }

  /// Without its library a kind is named, whatever the file is called.
  @Test func kindsWithoutTheirLibraryAreNamed() throws {
    let folder = try Pictures.all().folder
    let called = try Reading.all(try SourceOpener.open(["\(folder.path)/called.jpg"]))
    #expect("\(called)".contains("called.jpg: is a WebP file: expected JPEG, PNG, PNM, BMP"))
    let error = #expect(throws: SourceError.self) {
      try SourceOpener.open(["\(folder.path)/rgb-raw.tif"])
    }
    #expect("\(error!)".contains("unknown kind of file"))
    let source = try SourceOpener.open([folder.path])
    #expect(source.notes.count == 1 && source.notes[0].contains("are left out, such as alpha.webp"))
  }

  /// A page that is bad among good ones.
  @Test func oneBadPageIsOneRejection() throws {
    let folder = try Pictures.all().folder
    let scratch = try Folder()
    var file = Array(try Data(contentsOf: URL(filePath: "\(folder.path)/pages.tif")))
    // The first page's directory: its compression becomes 77. Pillow writes little-endian.
    let start = Int(file[4]) | Int(file[5]) << 8 | Int(file[6]) << 16
    let entry = try #require(
      (0..<Int(file[start])).map { start + 2 + 12 * $0 }.first { file[$0] == 3 && file[$0 + 1] == 1 })
    file[entry + 8] = 77
    try Data(file).write(to: URL(filePath: "\(scratch.path)/bad.tif"))
    let readings = try Reading.all(
      try SourceOpener.open(["\(scratch.path)/bad.tif"], options: Self.options))
    #expect(readings.count == 3)
    guard case .rejected(let problem) = readings[0], case .frame(_, _, let origin) = readings[1] else {
      Issue.record("\(readings)")
      return
    }
    #expect(problem.contains("bad.tif frame 0: the TIFF file cannot be read"))
    #expect(origin.position == 1)
  }

  /// Whatever the bytes are, reading ends in frames or rejections.
  @Test func mutatedFilesNeverCrash() throws {
    let (folder, cases) = try Pictures.all()
    let scratch = try Folder()
    let seeds = cases.filter { $0.says == nil && $0.pictures[0].pixels.count < 4000 }
    var generator = Numbers()
    let limits = FrameLimits(maximumPixels: 100_000, maximumPayload: 1_000_000)
    let options = SourceOptions(limits: limits, pictures: Self.options.pictures)
    for seed in seeds {
      let whole = Array(try Data(contentsOf: URL(filePath: "\(folder.path)/\(seed.name)")))
      for _ in 0..<4 {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
          let at = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<3, using: &generator) {
          case 0: bytes[min(at, at % 120)] = .random(in: 0...255, using: &generator)
          case 1: bytes[at] = .random(in: 0...255, using: &generator)
          default: bytes.removeSubrange(at..<min(bytes.count, at + 9))
          }
        }
        let path = "\(scratch.path)/mutated.\(seed.name.split(separator: ".").last ?? "bmp")"
        try Data(bytes).write(to: URL(filePath: path))
        for case .frame(let pixels, let content, _) in try Reading.all(
          try SourceOpener.open([path], options: options)) where content.kind == .pixels
        {
          #expect(pixels.count == content.layout.byteCount)
        }
      }
    }
  }
}
