import FrameCodecs
import FrameCore
import Glibc

enum PixelConversion {
  /// Returns interleaved pixels in tight rows.
  static func interleaved(_ pixels: RawSpan, _ layout: PixelLayout) -> SampleFrames.Form {
    let wanted = layout.with(format: layout.format == .i420 ? .rgb8 : layout.format)
    let bytes = pixels.withUnsafeBytes { source in
      [UInt8](unsafeUninitializedCapacity: wanted.byteCount) { target, count in
        count = wanted.byteCount
        if layout.format == .i420 {
          YUVConversion.toRGB(
            source.baseAddress!.assumingMemoryBound(to: UInt8.self), layout, into: target.baseAddress!)
        } else {
          for row in 0..<layout.height {
            let bytes = source[row * layout.stride..<row * layout.stride + layout.rowBytes]
            UnsafeMutableRawBufferPointer(target)[row * wanted.stride..<(row + 1) * wanted.stride].copyBytes(
              from: bytes)
          }
        }
      }
    }
    return SampleFrames.Form(content: FrameContent(.pixels, wanted), bytes: bytes)
  }

  /// Returns the peak signal-to-noise ratio of 8-bit samples, dB: 10 log10(255^2 / mean squared error).
  /// - Returns: `nil` when they are equal.
  static func signalToNoise(_ a: UnsafeRawBufferPointer, _ b: [UInt8]) -> Double? {
    precondition(a.count == b.count)
    var squares = 0
    for at in b.indices {
      let difference = Int(a[at]) - Int(b[at])
      squares += difference * difference
    }
    guard squares > 0 else { return nil }
    return 10 * log10(255 * 255 * Double(b.count) / Double(squares))
  }
}
