import FrameCodecs
import FrameCore
import Testing

/// `--resize`, held against OpenCV's INTER_AREA.
@Suite struct ResizeTests {
  /// However many pixels become one, a flat area keeps its level.
  @Test(arguments: [7, 1280, 10_000, 16_385, 40_000, 65_535, 100_003])
  func flatAreasStayExact(_ count: Int) throws {
    for (width, height) in [(count, 1), (1, count)] {
      for format in [PixelFormat.mono8, .i420] {
        let source = try PixelLayout(width: width, height: height, format: format)
        for (level, size) in [(200, "1x1"), (255, "2x1"), (1, "3x3")] {
          let flat = [UInt8](repeating: UInt8(level), count: source.byteCount)
          let result = try encode("raw", flat, FrameContent(.pixels, source), resize: FrameSize(size)).bytes
          #expect(result.allSatisfy { $0 == level }, "\(source) of \(level) to \(size): \(result)")
        }
      }
    }
  }

  /// One white pixel in two, at random: the mean of all, not of the first.
  @Test func manyPixelsAreAveraged() throws {
    var generator = SeededGenerator(9)
    for width in [1280, 40_000, 65_535] {
      let source = try PixelLayout(width: width, height: 1, format: .mono8)
      let noise = (0..<width).map { _ in Bool.random(using: &generator) ? UInt8(255) : 0 }
      let mean = Double(noise.map { Int($0) }.reduce(0, +)) / Double(width)
      let result = try encode("raw", noise, FrameContent(.pixels, source), resize: FrameSize("1x1")).bytes
      // From 16,384 on the weights of single pixels are 1 or 2 in 65,536: neighbours share the difference.
      #expect(abs(Double(result[0]) - mean) < 1.5, "\(width): \(result[0]), \(mean)")
    }
  }

  @Test(
    .enabled(if: python != nil),
    arguments: [("640x480", "320x240"), ("640x480", "64x48"), ("639x480", "213x96"), ("500x300", "37x41")])
  func pixelsAreThoseOfAreaAveraging(_ from: String, _ to: String) throws {
    let (from, to) = (FrameSize(from)!, FrameSize(to)!)
    let layout = try PixelLayout(width: from.width, height: from.height, format: .rgb8)
    var generator = SeededGenerator(4)
    let pixels = (0..<layout.byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
    let theirs = try run(
      python!,
      [
        "-c",
        """
        import sys, cv2, numpy as np
        a = np.frombuffer(sys.stdin.buffer.read(), np.uint8).reshape(\(from.height), \(from.width), 3)
        sys.stdout.buffer.write(cv2.resize(a, (\(to.width), \(to.height)), interpolation=cv2.INTER_AREA).tobytes())
        """,
      ], input: pixels)
    let ours = try encode("raw", pixels, FrameContent(.pixels, layout), resize: to).bytes
    #expect(ours.count == theirs.count)
    #expect(zip(ours, theirs).allSatisfy { abs(Int($0) - Int($1)) <= 1 })
  }

  /// A JPEG file of the flight, which the DCT reduces on the way where enough is left: within 0.6 levels of OpenCV's
  /// full decode and area average, and 8 at most.
  @Test(
    .enabled(if: python != nil),
    arguments: ["100x60", "160x90", "320x180", "224x224", "640x360", "80x45", "40x40", "500x400", "213x120"])
  func filesAreCloseToAreaAveraging(_ to: String) throws {
    let to = FrameSize(to)!
    let path =
      #filePath.split(separator: "/").dropLast(3).map { "/\($0)" }.joined() + "/samples/flight/frame001.jpg"
    let file = try run("cat", [path], input: [])
    let layout = try PixelLayout(width: 1280, height: 720, format: .rgb8)
    let theirs = try run(
      python!,
      [
        "-c",
        """
        import sys, cv2, numpy as np
        a = cv2.imdecode(np.frombuffer(sys.stdin.buffer.read(), np.uint8), cv2.IMREAD_COLOR)
        b = cv2.resize(a, (\(to.width), \(to.height)), interpolation=cv2.INTER_AREA)
        sys.stdout.buffer.write(b[..., ::-1].tobytes())
        """,
      ], input: file)
    let ours = try encode("raw", file, FrameContent(.jpeg, layout), resize: to).bytes
    let far = zip(ours, theirs).map { abs(Int($0) - Int($1)) }
    #expect(ours.count == theirs.count)
    let mean = Double(far.reduce(0, +)) / Double(far.count)
    #expect(mean < 0.6 && far.max()! < 8, "\(to): mean \(mean), at most \(far.max()!)")
  }
}
