import CFrameKernels
package import FrameCore

/// Converts planar 4:2:0, limited range BT.601, to interleaved RGB, for codecs that accept no planes.
package enum YUVConversion {
  /// Converts one frame. Each chroma sample is used for its 2 x 2 pixels.
  package static func toRGB(
    _ source: UnsafePointer<UInt8>, _ layout: PixelLayout, into target: UnsafeMutablePointer<UInt8>
  ) {
    let (width, height) = (layout.width, layout.height)
    let (chromaWidth, chromaHeight) = (layout.chromaWidth, layout.chromaHeight)
    let u = source + width * height
    let v = u + chromaWidth * chromaHeight
    for y in 0..<height {
      let luma = source + y * width
      let (uRow, vRow) = (u + y / 2 * chromaWidth, v + y / 2 * chromaWidth)
      let out = target + y * width * 3
      for x in 0..<width {
        let bright = max(0, Int32(luma[x]) - 16) * Int32(ffBT601Luma)
        let blue = Int32(uRow[x / 2]) - 128
        let red = Int32(vRow[x / 2]) - 128
        out[3 * x] = clamped(bright + Int32(ffBT601RedFromV) * red)
        out[3 * x + 1] = clamped(bright + Int32(ffBT601GreenFromV) * red + Int32(ffBT601GreenFromU) * blue)
        out[3 * x + 2] = clamped(bright + Int32(ffBT601BlueFromU) * blue)
      }
    }
  }

  private static func clamped(_ scaled: Int32) -> UInt8 {
    UInt8(clamping: (scaled + 1 << (ffBT601Bits - 1)) >> ffBT601Bits)
  }
}
