package import FrameCore

/// Converts planar 4:2:0, limited range BT.601, to interleaved RGB, for codecs that accept no planes.
package enum YUVConversion {
  /// Converts one frame. Each chroma sample is used for its 2 x 2 pixels. Coefficients: ITU-R BT.601, scaled by 2^20 as
  /// in OpenCV's `COLOR_YUV2RGB_I420`, so that both give the same bytes.
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
        let bright = max(0, Int32(luma[x]) - 16) * 1_220_542
        let blue = Int32(uRow[x / 2]) - 128
        let red = Int32(vRow[x / 2]) - 128
        out[3 * x] = clamped(bright + 1_673_527 * red)
        out[3 * x + 1] = clamped(bright - 852_492 * red - 409_993 * blue)
        out[3 * x + 2] = clamped(bright + 2_116_026 * blue)
      }
    }
  }

  private static func clamped(_ scaled: Int32) -> UInt8 {
    UInt8(clamping: (scaled + 1 << 19) >> 20)
  }
}
