import FrameCore
import Testing

@testable import FrameSources

/// Random planes, with all that no camera has, against the formula in floating point.
@Suite struct LimitedPlanesTests {
  static let kinds: [YUVFormat] = [
    YUVFormat(.yuv420, matrix: .bt709), YUVFormat(.yuv420, matrix: .bt2020),
    YUVFormat(.yuv420, matrix: .bt601, isFullRange: true),
    YUVFormat(.yuv420, matrix: .bt709, isFullRange: true),
    YUVFormat(.yuv420, matrix: .bt2020, isFullRange: true),
  ]
  /// Odd, and with a rest behind what a processor takes at once.
  static let (width, height) = (333, 77)

  @Test(arguments: kinds)
  func withinALevelOfTheFormula(_ format: YUVFormat) throws {
    let (width, height) = (Self.width, Self.height)
    let converter = try YUVConverter(format, width: width, height: height, limits: FrameLimits())
    #expect(converter.isInPlace && converter.sourceBytes == converter.layout.byteCount)
    var generator = SeededGenerator(18)
    let source = (0..<converter.sourceBytes).map { _ in UInt8.random(in: 0...255, using: &generator) }
    var frame = source
    frame.withUnsafeMutableBytes { converter.convert(inPlace: $0) }
    var copied = [UInt8](repeating: 0, count: source.count)
    copied.withUnsafeMutableBytes { target in
      source.withUnsafeBytes { converter.convert($0, into: target) }
    }
    #expect(copied == frame)

    let (chromaWidth, chromaHeight) = ((width + 1) / 2, (height + 1) / 2)
    let (blue, red) = (width * height, width * height + chromaWidth * chromaHeight)
    let (kr, kb) = (format.matrix.red, format.matrix.blue)
    let (black, lumaSteps, chromaSteps) = format.isFullRange ? (0.0, 255.0, 255.0) : (16.0, 219.0, 224.0)
    /// BT.601 of what a luma and a chroma sample mean.
    func formula(_ y: Double, _ chroma: Int) -> (y: Double, blue: Double, red: Double) {
      let b = (Double(source[blue + chroma]) - 128) / chromaSteps
      let r = (Double(source[red + chroma]) - 128) / chromaSteps
      let (red, blue) = (y + 2 * (1 - kr) * r, y + 2 * (1 - kb) * b)
      let green = (y - kr * red - kb * blue) / (1 - kr - kb)
      let luma = 0.299 * red + 0.587 * green + 0.114 * blue
      return (luma, (blue - luma) / 1.772, (red - luma) / 1.402)
    }
    var (furthest, different) = (0.0, 0)
    func compare(_ ours: UInt8, _ exact: Double) {
      let clamped = min(max(exact, 0), 255)
      furthest = max(furthest, abs(Double(ours) - clamped))
      if Double(ours) != clamped.rounded() { different += 1 }
    }
    for y in 0..<height {
      for x in 0..<width {
        let luma = (Double(source[y * width + x]) - black) / lumaSteps
        compare(frame[y * width + x], 16 + 219 * formula(luma, y / 2 * chromaWidth + x / 2).y)
      }
    }
    for at in 0..<chromaWidth * chromaHeight {
      let exact = formula(0, at)
      compare(frame[blue + at], 128 + 224 * exact.blue)
      compare(frame[red + at], 128 + 224 * exact.red)
    }
    // Half a level of rounding, and what 16 bits leave out.
    #expect(furthest <= 0.75, "\(furthest)")
    #expect(different < source.count / 20, "\(different) of \(source.count)")
  }
}
