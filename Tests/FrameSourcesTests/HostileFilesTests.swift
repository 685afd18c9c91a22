import Foundation
import FrameCore
import FrameSources
import Testing

@testable import FrameSources

/// Files may hold anything: reading ends in frames, rejections or an error, never in a crash or a hang.
@Suite struct HostileFilesTests {
  static func seeds() throws -> [(name: String, bytes: [UInt8])] {
    let scratch = try Scratch()
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=20x14", "-frames:v", "3", "-pix_fmt",
      "yuv420p", "c.y4m")
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=20x14", "-frames:v", "3", "-pix_fmt",
      "yuv444p", "d.y4m")
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=20x14", "-frames:v", "3", "-f",
      "mjpeg", "c.mjpeg")
    let dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 4, 5, 3), }"
    let header = dictionary + String(repeating: " ", count: 117 - dictionary.utf8.count) + "\n"
    return [
      ("a.y4m", try scratch.file("c.y4m")), ("b.y4m", try scratch.file("d.y4m")),
      ("a.mjpeg", try scratch.file("c.mjpeg")),
      (
        "a.npy",
        [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + (0..<180).map { UInt8($0) }
      ),
      ("a.ppm", ImageFilesTests.ppm), ("a.pgm", Array("P5 3 2 255\n".utf8) + [1, 2, 3, 4, 5, 6]),
    ]
  }

  @Test func mutatedFilesNeverCrash() throws {
    let scratch = try Scratch()
    var generator = SeededGenerator(5)
    let limits = FrameLimits(maximumPixels: 1_000_000, maximumPayload: 4_000_000)
    for (name, seed) in try Self.seeds() {
      var frames = 0
      for round in 0..<400 {
        var bytes = seed
        for _ in 0..<(round == 0 ? 0 : Int.random(in: 1...3, using: &generator)) {
          mutate(&bytes, &generator)
        }
        let file = try scratch.write(name, bytes)
        do throws(SourceError) {
          let readings = try readAll(file, options: SourceOptions(limits: limits))
          for case .frame(let bytes, let content) in readings where content.kind == .pixels {
            #expect(bytes.count == content.layout.byteCount)
            frames += 1
          }
          frames += readings.count
        } catch {
          #expect("\(error)".contains(name))
        }
      }
      #expect(frames > 0)
    }
  }

  /// Headers are hit as often as the data behind them.
  private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    let end = Bool.random(using: &generator) ? min(bytes.count, 140) : bytes.count
    let at = Int.random(in: 0..<end, using: &generator)
    switch Int.random(in: 0..<5, using: &generator) {
    case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
    case 1: bytes.removeSubrange(at..<min(bytes.count, at + Int.random(in: 1...30, using: &generator)))
    case 2: bytes.insert(contentsOf: Array("99999999999999999999".utf8), at: at)
    case 3: bytes.removeLast(bytes.count - at)
    default: bytes[at] = UInt8(ascii: "0") + UInt8.random(in: 0...9, using: &generator)
    }
  }

  @Test func filesAboveTheLimitAreNotRead() throws {
    let scratch = try Scratch()
    let options = SourceOptions(limits: FrameLimits(maximumPayload: 100))
    let image = try readAll(try scratch.write("a.jpg", Array(repeating: 0, count: 101)), options: options)
    #expect(image.first?.problem?.contains("101 bytes are above the limit of 100") == true)
    // A segment that goes on and on; what comes after it is read.
    let stream =
      [0xFF, 0xD8, 0xFF, 0xFE, 0xFF, 0xFF] + Array(repeating: UInt8(1), count: 70_000) + [0xFF, 0xD9]
    let small: [UInt8] = [
      0xFF, 0xD8, 0xFF, 0xC0, 0, 8, 8, 0, 1, 0, 1, 1, 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 7,
    ]
    let readings = try readAll(try scratch.write("a.mjpeg", stream + small), options: options)
    #expect(readings.count == 2 && readings[1].bytes == small)
    #expect(readings[0].problem?.contains("of 70008 bytes, above the limit of 100 bytes") == true)
  }

  @Test func mutatedTimestampsNeverCrash() {
    var generator = SeededGenerator(6)
    let seed = Array("# t\n1700000000.25 a.jpg\n1700000000.5 b.jpg\n1700000001 c.jpg\n".utf8)
    var read = 0
    for _ in 0..<3000 {
      var bytes = seed
      mutate(&bytes, &generator)
      if let times = try? FrameTimestamps.parse(bytes[...], file: "t") {
        read += 1
        #expect(times.offsets == times.offsets.sorted() && times.names.count == times.offsets.count)
      }
    }
    #expect(read > 100)
  }

  /// Found by `make fuzz`: a time that lost its digits made the recording decades long, and its loops overflow.
  @Test func recordingsAreYearsAtMost() throws {
    let lost = Array("170000\0\0\0\0005. b.jpg\n1700000 a.jpg\n1.7e9 c.jpg\n".utf8)
    let decades = Array("170000 b.jpg\n1.7e9 c.jpg\n".utf8)
    for bytes in [lost, decades] {
      #expect(throws: SourceError.self) { try FrameTimestamps.parse(bytes[...], file: "t") }
    }
    let longest = try FrameTimestamps.parse(Array("0 a.jpg\n399999999 b.jpg\n".utf8)[...], file: "t")
    #expect(
      longest.period > longest.offsets[1]
        && longest.period.multipliedReportingOverflow(by: 10).overflow == false)
  }

  /// A pipe that nobody writes to: closing the stream ends the reading.
  @Test func closingWakesAReaderThatWaits() throws {
    let scratch = try Scratch()
    let path = "\(scratch.path)/pipe.mjpeg"
    #expect(mkfifo(path, 0o600) == 0)
    let keepOpen = open(path, O_RDWR)
    defer { close(keepOpen) }
    let source = try SourceOpener.open([path])
    PipelineThread("closer") {
      usleep(100_000)
      source.close()
    }.join()
    #expect(try readAll(source).isEmpty)
    let reader = PipelineThread("waiter") {
      usleep(50_000); source.close()
    }
    #expect(try readAll(source).isEmpty)
    reader.join()
  }
}
