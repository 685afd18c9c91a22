import Foundation
import FrameCore
import Testing

@testable import FrameSources

/// Recorded times of every export, and which frame gets which.
@Suite struct TimestampsTests {
  private func times(_ text: String) throws -> FrameTimestamps {
    try FrameTimestamps.parse(Array(text.utf8)[...], file: "t.csv")
  }

  @Test func euRoCIsReadToTheNanosecond() throws {
    let first: Int64 = 1_403_636_579_763_555_584
    let stamps = [0, 50_000_001, 100_000_000, 150_000_000].map { first + $0 }
    let lines = stamps.map { "\($0),\($0).png\r\n" }.joined()
    let read = try times("\u{FEFF}#timestamp [ns],filename\r\n" + lines)
    #expect(read.names == stamps.map { "\($0).png" })
    // A Double is 256 ns from the next one here.
    #expect(read.offsets == stamps.map { $0 - first })
    #expect(read.notes == ["times of t.csv are read as nanoseconds, as the file says"])
  }

  @Test(arguments: [
    ("1700000000.25 a\n1700000000.5 b\n", "seconds", 250_000_000),
    ("1700000000.123456789 a\n1700000000.123456790 b\n", "seconds", 1),
    ("1700000000250,a\n1700000000500,b\n", "milliseconds", 250_000_000),
    ("1700000000250.5,a\n1700000000500.75,b\n", "milliseconds", 250_250_000),
    ("1700000000250000;a\n1700000000500000;b\n", "microseconds", 250_000_000),
    ("1700000000250000000\ta\n1700000000250000001\tb\n", "nanoseconds", 1),
    ("0 a\n0.5 b\n", "seconds", 500_000_000), ("-1.5 a\n-1 b\n", "seconds", 500_000_000),
    ("time (us),name\n0,a\n50,b\n", "microseconds", 50_000),
    ("stamp_ms;name\n0;a\n50;b\n", "milliseconds", 50_000_000),
    ("# times in ns of camera 1's frames\n0 a\n50 b\n", "nanoseconds", 50),
    ("# it's camera 1's\n0 a\n50 b\n", "seconds", 50_000_000_000),
    ("1.7e9 a\n1.7000000005e9 b\n", "seconds", 500_000_000),
  ])
  func unitsAreToldApart(_ text: String, _ unit: String, _ offset: Int64) throws {
    let read = try times(text)
    #expect(read.offsets == [0, offset] && read.names == ["a", "b"])
    #expect(read.notes[0].contains("read as \(unit)"))
  }

  @Test(arguments: [
    ("1 a b.png", "a b.png"), ("1,a b.png", "a b.png"), ("1 , a b.png ", "a b.png"),
    ("1\ta b.png\t7", "a b.png"),
    ("1;a.png;0.01", "a.png"), ("1,\"a, b.png\",3", "a, b.png"), ("\"1\",\"a.png\"", "a.png"),
    ("1  rgb/1.png", "rgb/1.png"),
    ("1, x", "x"), ("%time,name\n1,x", "x"), ("timestamp,filename\n\n  # of it\n1,x", "x"),
  ])
  func namesAreWhatStandsBehind(_ text: String, _ name: String) throws {
    #expect(try times(text + "\n").names == [name])
    #expect(try times(text + "\r\n").names == [name])
  }

  @Test(arguments: [
    ("seven,x\n", "t.csv:1: \"seven\" is not a number"),
    ("1,a\ntime,name\n", "t.csv:2: \"time\" is not a number"),
    ("1,\n", "t.csv:1: expected"), ("1.2.3 a\n", "not a number"), ("1-2 a\n", "not a number"),
    (". a\n", "not a number"), ("0x10 a\n", "not a number"),
    ("99999999999999999999 a\n", "not a number"), ("0 a\n5000000000 b\n", "more than 12 years"),
  ])
  func badLinesAreNamed(_ text: String, _ says: String) {
    let error = #expect(throws: SourceError.self) { try times(text) }
    #expect("\(error!)".contains(says), "\(error!)")
  }

  // MARK: which frame gets which

  private func gray(_ scratch: Scratch, _ name: String, _ level: Int) throws -> String {
    try scratch.write(name, Array("P5 1 1 255\n".utf8) + [UInt8(level)])
  }

  /// What frames are, and when they are due.
  private func shown(_ arguments: [String], _ times: String, size: String? = nil) throws
    -> (levels: [UInt8?], due: [Int64?], source: any FrameSource)
  {
    let options = SourceOptions(
      size: size.flatMap { FrameSize($0) }, timestamps: try FrameTimestamps.load(times))
    let source = try SourceOpener.open(arguments, options: options)
    #expect(source.hasPresentationTimes)
    let (levels, due) = try read(source)
    return (levels, due, source)
  }

  private func read(_ source: any FrameSource) throws -> (levels: [UInt8?], due: [Int64?]) {
    let pool = FramePool(buffers: 4)
    var (levels, due): ([UInt8?], [Int64?]) = ([], [])
    while true {
      switch try source.next(into: pool) {
      case .frame(let frame):
        levels.append(frame.buffer.bytes.withUnsafeBytes { $0.first })
        due.append(frame.presentation)
      case .rejected:
        levels.append(nil)
        due.append(nil)
      case .end: return (levels, due)
      }
    }
  }

  /// Files given one by one get the times of their own lines, whatever the order; the clock begins at the first used.
  @Test func filesAreMatchedByName() throws {
    let scratch = try Scratch()
    let files = try (1...4).map { try gray(scratch, "f\($0).pgm", $0) }
    let times = try scratch.write("t.txt", "1 x/f4.pgm\n2 f2.pgm\n2.5 f1.pgm\n9 f3.pgm\n")
    let all = try shown(files, times)
    #expect(all.levels == [4, 2, 1, 3] && all.due == [0, 1_000_000_000, 1_500_000_000, 8_000_000_000])
    let some = try shown([files[0], files[1]], times)
    #expect(some.levels == [2, 1] && some.due == [0, 500_000_000])
    #expect(try shown([files[2]], times).due == [0])
    let other = try gray(scratch, "f5.pgm", 5)
    let error = #expect(throws: SourceError.self) { try shown([files[0], other], times) }
    #expect(error == .option("\(other): has no line in \(times); each file needs one"))
    let twice = try scratch.write("u.txt", "1 left/f1.pgm\n2 right/f1.pgm\n")
    let unclear = #expect(throws: SourceError.self) { try shown([files[0]], twice) }
    #expect("\(unclear!)".contains("lines 1, 2 of"))
  }

  @Test func directoriesFollowTheLines() throws {
    let scratch = try Scratch()
    for number in 1...3 { _ = try gray(scratch, "a \(number).pgm", number) }
    let times = try scratch.write("t.csv", "#timestamp [ns],filename\n5,images/a 3.pgm\n1000000005,a 1.pgm\n")
    let read = try shown([scratch.path], times)
    #expect(read.levels == [3, 1] && read.due == [0, 1_000_000_000])
    #expect(read.source.notes == ["times of \(times) are read as nanoseconds, as the file says"])
    // Read again, it goes on one interval after the last.
    try read.source.rewind()
    #expect(try self.read(read.source).due == [2_000_000_000, 3_000_000_000])
  }

  /// Times are never made up: known beforehand it is a slip of the user's; else the reading ends with a line.
  /// One file that is not there costs its frame alone; the others keep their times. None at all is an error.
  @Test func aMissingFileCostsItsFrameAlone() throws {
    let scratch = try Scratch()
    for (name, level) in [("a.pgm", 1), ("c.pgm", 3)] { _ = try gray(scratch, name, level) }
    let times = try scratch.write("t.txt", "10 a.pgm\n11 b.pgm\n12.5 c.pgm\n")
    let read = try shown([scratch.path], times)
    #expect(read.levels == [1, nil, 3] && read.due == [0, nil, 2_500_000_000])
    let none = try scratch.write("n.txt", "10 x.pgm\n11 y.pgm\n")
    let error = #expect(throws: SourceError.self) { try shown([scratch.path], none) }
    #expect("\(error!)".contains("n.txt:1: ") && "\(error!)".contains("x.pgm: cannot be read"))
  }

  @Test func eachFrameNeedsALine() throws {
    let scratch = try Scratch()
    let dump = try scratch.write("a.gray", [1, 2, 3, 4, 5])
    let times = try scratch.write("t.txt", "0 a\n1 b\n2 c\n")
    let error = #expect(throws: SourceError.self) { try shown([dump], times, size: "1x1") }
    #expect(
      error == .option("\(times): has 3 times for the 5 frames of \(dump); each frame needs a line"))
    // How many a stream of JPEG files has, nobody knows.
    try scratch.run(
      "ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=64x48", "-frames:v", "5", "-f",
      "mjpeg", "a.mjpeg")
    let stream = try shown(["\(scratch.path)/a.mjpeg"], times)
    #expect(stream.due == [0, 1_000_000_000, 2_000_000_000, nil])
    try stream.source.rewind()
    #expect(try read(stream.source).due == [3_000_000_000, 4_000_000_000, 5_000_000_000, nil])
    let few = try scratch.write("b.gray", [1, 2])
    let left = try shown([few], times, size: "1x1")
    #expect(left.due == [0, 1_000_000_000])
    #expect(left.source.notes.contains("1 of the 3 lines of \(times) have no frame"))
  }
}
