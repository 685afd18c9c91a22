import Foundation
import FrameCore
import FrameSources
import Testing

/// Arrays of pictures, written by NumPy.
@Suite(.enabled(if: python != nil)) struct ArrayTests {
  private func numpy(_ scratch: Scratch, _ lines: String) throws {
    try scratch.run(
      python!, "-c",
      """
      import numpy as np
      def picture(*shape): return (np.arange(np.prod(shape)) * 7 % 251).astype(np.uint8).reshape(shape)
      \(lines)
      """)
  }

  private func read(_ scratch: Scratch, _ name: String, _ options: SourceOptions = SourceOptions()) throws
    -> (layout: PixelLayout?, bytes: [UInt8], problems: [String], notes: [String])
  {
    let source = try SourceOpener.open(["\(scratch.path)/\(name)"], options: options)
    let readings = try readAll(source)
    try source.rewind()
    let same = try readAll(source) == readings
    #expect(same)
    return (
      readings.first?.layout, readings.flatMap { $0.bytes ?? [] }, readings.compactMap(\.problem),
      source.notes
    )
  }

  /// Whatever the order in the file, frames are those of the array.
  @Test(arguments: [
    ("picture(3, 5, 7, 3)", "7x5 rgb8"), ("picture(3, 5, 7, 1)", "7x5 mono8"),
    ("picture(3, 5, 7, 4)", "7x5 rgba8"),
    ("picture(6, 5, 7)", "7x5 mono8"), ("picture(5, 7, 3)", "7x5 rgb8"), ("picture(5, 7, 4)", "7x5 rgba8"),
    ("picture(5, 7)", "7x5 mono8"), ("picture(1, 5, 7)", "7x5 mono8"),
  ])
  func everyShapeInBothOrders(_ array: String, _ layout: String) throws {
    let scratch = try Scratch()
    try numpy(
      scratch,
      """
      a = \(array)
      np.save("c.npy", a); np.save("f.npy", np.asfortranarray(a)); a.tofile("a.raw")
      assert np.load("f.npy").flags.f_contiguous
      """)
    for name in ["c.npy", "f.npy"] {
      let frames = try read(scratch, name)
      #expect(frames.layout?.description == layout && frames.problems.isEmpty, "\(name)")
      #expect(frames.bytes == (try scratch.file("a.raw")), "\(name)")
    }
  }

  @Test(arguments: ["C", "F"]) func channelsFirst(_ order: String) throws {
    let scratch = try Scratch()
    try numpy(
      scratch,
      """
      for c in (1, 3, 4):
        a = picture(3, 5, 7, c)
        np.save(f"{c}.npy", np.array(np.moveaxis(a, 3, 1), order="\(order)")); a.tofile(f"{c}.raw")
      np.save("one.npy", np.array(np.moveaxis(a[0, ..., :3], 2, 0), order="\(order)"))
      a[0, ..., :3].tofile("one.raw")
      """)
    for channels in [1, 3, 4] {
      #expect(try read(scratch, "\(channels).npy").bytes == scratch.file("\(channels).raw"))
    }
    // Three grey pictures or one in colour: the first, unless it is said.
    let gray = try read(scratch, "one.npy")
    #expect(
      gray.layout?.description == "7x5 mono8"
        && gray.notes[0].contains("3 grey pictures of 7x5; --pixel-format rgb8"))
    let one = try read(scratch, "one.npy", SourceOptions(pixelFormat: .rgb8))
    #expect(one.layout?.description == "7x5 rgb8" && one.notes.isEmpty)
    #expect(one.bytes == (try scratch.file("one.raw")))
  }

  @Test func whatAShapeMeansMayBeSaid() throws {
    let scratch = try Scratch()
    try numpy(scratch, "a = picture(10, 24, 3); np.save('a.npy', a); np.save('i.npy', picture(4, 36, 32))")
    let picture = try read(scratch, "a.npy")
    #expect(picture.layout?.description == "24x10 rgb8")
    #expect(
      picture.notes == [
        "shape (10, 24, 3) is read as one picture of 24x10 with 3 channels; --pixel-format mono8 for 10 grey ones of 3x24"
      ])
    #expect(try read(scratch, "a.npy", SourceOptions(pixelFormat: .bgr8)).layout?.description == "24x10 bgr8")
    for options in [SourceOptions(pixelFormat: .mono8), SourceOptions(size: FrameSize("3x24"))] {
      let gray = try read(scratch, "a.npy", options)
      #expect(gray.layout?.description == "3x24 mono8" && gray.bytes.count == 720 && gray.notes.isEmpty)
    }
    #expect(try read(scratch, "a.npy", SourceOptions(size: FrameSize("24x10"))).layout?.format == .rgb8)
    // Planes as OpenCV has them: half as many rows again.
    let planes = try read(scratch, "i.npy", SourceOptions(pixelFormat: .i420))
    #expect(planes.layout?.description == "32x24 i420" && planes.bytes.count == 4 * 36 * 32)
  }

  /// What does not fit is a slip of the user's, exit 64; never a guess.
  @Test func whatDoesNotFitIsRefused() throws {
    let scratch = try Scratch()
    try numpy(
      scratch,
      """
      np.save("4.npy", picture(3, 8, 6, 4)); np.save("3.npy", picture(3, 8, 6, 3)); np.save("1.npy", picture(5, 8, 6))
      np.save("flat.npy", picture(300)); np.save("five.npy", picture(3, 5, 7, 1, 1)); np.save("two.npy", picture(3, 5, 7, 2))
      np.save("f64.npy", np.zeros((2, 4, 4, 3))); np.save("bool.npy", np.zeros((2, 4, 4), bool))
      np.save("none.npy", np.zeros((0, 4, 4), np.uint8)); np.save("thin.npy", np.zeros((2, 0, 4), np.uint8))
      np.save("pairs.npy", np.zeros((2, 4), [("a", "u1"), ("b", "u1")]))
      """)
    for (name, formats) in [
      ("4", [PixelFormat.rgb8, .bgr8, .mono8, .i420]), ("3", [.rgba8, .mono8, .i420]),
      ("1", [.rgb8, .bgr8, .rgba8, .i420]),
    ] {
      for format in formats {
        let error = #expect(throws: SourceError.self) {
          try SourceOpener.open(["\(scratch.path)/\(name).npy"], options: SourceOptions(pixelFormat: format))
        }
        guard let error, case .option(let problem) = error else {
          Issue.record("\(name) as \(format)")
          continue
        }
        #expect(problem.contains("--pixel-format \(format.rawValue)"))
      }
    }
    for (name, says) in [
      (
        "f64",
        "holds float64, expected uint8; convert it: numpy.save(\"out.npy\", (array / array.max() * 255).clip(0, 255).astype(\"uint8\"))"
      ),
      (
        "bool",
        "holds bool, expected uint8; convert it: numpy.save(\"out.npy\", array.astype(\"uint8\") * 255)"
      ),
      ("flat", "has shape (300,)"), ("five", "has shape (3, 5, 7, 1, 1)"), ("two", "has shape (3, 5, 7, 2)"),
      ("none", "shape (0, 4, 4), which holds no picture"), ("thin", "holds no picture"),
      ("pairs", "expected uint8"),
    ] {
      let error = #expect(throws: SourceError.self) { try readAll("\(scratch.path)/\(name).npy") }
      #expect("\(error!)".contains(says), "\(error!)")
    }
  }

  @Test func appendedArraysAreAllRead() throws {
    let scratch = try Scratch()
    try numpy(
      scratch,
      """
      with open("a.npy", "wb") as f:
        for a in [picture(2, 5, 7, 3), picture(3, 5, 7, 3), picture(4, 6), np.asfortranarray(picture(2, 5, 7))]: np.save(f, a)
      with open("b.npy", "wb") as f:
        np.save(f, picture(2, 5, 7)); np.save(f, np.zeros((1, 5, 7)))
      with open("a.raw", "wb") as f:
        for a in [picture(2, 5, 7, 3), picture(3, 5, 7, 3), picture(4, 6), picture(2, 5, 7)]: a.tofile(f)
      """)
    let frames = try read(scratch, "a.npy")
    #expect(frames.bytes == (try scratch.file("a.raw")) && frames.problems.isEmpty)
    #expect(try readAll("\(scratch.path)/a.npy").count == 8)
    let bad = try readAll("\(scratch.path)/b.npy")
    #expect(
      bad.count == 3 && bad[2].problem!.contains("frame 2: expected another array")
        && bad[2].problem!.contains("float64"))
  }

  /// A header of Python 2, with long integers and its keys in an order of its own.
  @Test(arguments: [
    "{'descr': '|u1', 'fortran_order': False, 'shape': (2L, 4L, 5L, 3L), }",
    "{\"shape\": (2, 4, 5, 3), \"fortran_order\": False, \"descr\": \"|u1\"}",
    "{'fortran_order':False,'shape':(2,4,5,3),'descr':'<u1'}",
  ])
  func headersOfOtherWriters(_ dictionary: String) throws {
    let scratch = try Scratch()
    let header = dictionary + String(repeating: " ", count: 117 - dictionary.utf8.count) + "\n"
    let pixels = (0..<120).map { UInt8($0) }
    let file = try scratch.write(
      "a.npy", [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + pixels)
    #expect(try readAll(file).flatMap { $0.bytes ?? [] } == pixels)
  }

  /// Fewer frames than the header names are told and counted, also where the cut is between two.
  @Test func filesShorterThanTheySay() throws {
    let scratch = try Scratch()
    try numpy(
      scratch,
      """
      a = picture(10, 5, 7, 3); np.save("a.npy", a); d = open("a.npy", "rb").read()
      open("edge.npy", "wb").write(d[:-4 * 105]); open("within.npy", "wb").write(d[:-4 * 105 + 20])
      many = d[:-4 * 105].replace(b"(10, ", b"(1000000000000, ").replace(b" " * 11 + b"\\n", b"\\n")
      open("many.npy", "wb").write(many)
      np.save("f.npy", np.asfortranarray(a)); f = open("f.npy", "rb").read(); open("f.npy", "wb").write(f[:-1])
      """)
    for (name, frames, says) in [
      ("edge", 6, "has 6 of the 10 frames"), ("within", 6, "has 20 of 105 bytes"),
      ("many", 6, "6 of the 1000000000000 frames"), ("f", 0, "1049 of 1050 bytes, in Fortran order"),
    ] {
      let readings = try readAll("\(scratch.path)/\(name).npy")
      #expect(readings.compactMap(\.bytes).count == frames && readings.count == frames + 1, "\(name)")
      #expect(readings.last?.problem?.contains(says) == true, "\(readings.last!)")
    }
  }

  /// A dump that grows shorter under the reader, at a frame's edge.
  @Test func aDumpThatIsCutWhileItIsRead() throws {
    let scratch = try Scratch()
    let side = 600
    let count = side * side
    let file = try scratch.write("a.gray", Array(repeating: 5, count: 6 * count))
    let source = try SourceOpener.open([file], options: SourceOptions(size: FrameSize("\(side)x\(side)")))
    #expect(try readAll(source, limit: 1).count == 1)
    truncate(file, off_t(4 * count))
    let rest = try readAll(source)
    // The reader is a megabyte ahead, at most.
    #expect(rest.compactMap(\.bytes).count == 3 && rest.count == 4)
    #expect(rest.last?.problem?.contains("4 of 6 frames") == true)
  }

  @Test func largeFortranArraysAreRefused() throws {
    let scratch = try Scratch()
    try numpy(scratch, "np.save('f.npy', np.asfortranarray(picture(10, 5, 7, 3)))")
    let error = #expect(throws: SourceError.self) {
      try readAll("\(scratch.path)/f.npy", options: SourceOptions(limits: FrameLimits(maximumPayload: 1000)))
    }
    #expect("\(error!)".contains("numpy.ascontiguousarray(numpy.load("))
  }
}
