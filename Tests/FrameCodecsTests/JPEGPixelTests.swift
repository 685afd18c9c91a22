import CJPEG
import FrameCore
import Testing

@testable import FrameCodecs

/// Pixels made of the engine's own planes against libjpeg-turbo's: the same to the last bit.
@Suite struct JPEGPixelTests {
  /// The tight pixels of a file by one engine.
  static func pixels(
    _ file: [UInt8], _ layout: PixelLayout, reduction: Int, _ engine: ff_jpeg_engine
  ) throws(CodecError) -> [UInt8] {
    let count = layout.reduced(by: reduction).byteCount
    // No byte more, so that one written beyond is seen (`make sanitize`).
    let target = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { target.deallocate() }
    let decoder = JPEGDecompressor(engine: engine)
    let span = file.span
    try span.withUnsafeBytes { (bytes) throws(CodecError) in
      try decoder.decompress(bytes, layout, reduction: reduction, into: target)
    }
    return Array(target)
  }

  /// Expects the same pixels of all engines, at all reductions.
  static func expectTheSame(
    _ file: [UInt8], width: Int, height: Int, formats: [PixelFormat], _ name: String
  ) throws {
    for reduction in [1, 2, 4, 8] {
      for format in formats {
        let layout = try PixelLayout(width: width, height: height, format: format)
        let expected = try pixels(file, layout, reduction: reduction, ffJPEGLibrary)
        for engine in [ffJPEGFastest, ffJPEGPortable] {
          let made = try pixels(file, layout, reduction: reduction, engine)
          #expect(made == expected, "\(name) 1/\(reduction) \(format) engine \(engine.rawValue)")
        }
      }
    }
  }

  /// Noise has all colours and the steepest edges, and sums that are clamped.
  @Test(arguments: ["444", "422", "420", "gray"]) func pixelsAreTheSame(_ subsampling: String) throws {
    let sizes = [
      (1, 1), (1, 37), (37, 2), (4, 5), (5, 4), (17, 13), (32, 32), (61, 47), (160, 90), (333, 129),
    ]
    for (width, height) in sizes {
      for (quality, restart) in [(20, 0), (75, 1), (100, 0)] {
        let layout = try PixelLayout(width: width, height: height, format: .rgb8)
        var generator = SeededGenerator(UInt64(width * height + quality))
        let noise = (0..<layout.byteCount).map { _ in UInt8(truncatingIfNeeded: generator.next() >> 24) }
        let file = try encode(
          "jpeg:quality=\(quality),subsampling=\(subsampling),restart=\(restart)",
          quality == 75 ? testPixels(layout) : noise, FrameContent(.pixels, layout)
        ).bytes
        try Self.expectTheSame(
          file, width: width, height: height, formats: [.rgb8, .bgr8, .rgba8, .mono8],
          "\(subsampling) \(width)x\(height) q\(quality)")
      }
    }
  }
}
