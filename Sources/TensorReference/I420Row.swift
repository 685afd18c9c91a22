/// One row of planar 4:2:0 to interleaved RGB bytes: limited range BT.601 in the integers of OpenCV's
/// `COLOR_YUV2RGB_I420` (20 fractional bits, nearest chroma sample), so that results match it exactly.
enum I420Row {
  private static let shift: Int32 = 20
  private static let luma: Int32 = 1_220_542
  private static let redFromV: Int32 = 1_673_527
  private static let greenFromV: Int32 = -852_492
  private static let greenFromU: Int32 = -409_993
  private static let blueFromU: Int32 = 2_116_026
  private static let half: Int32 = 1 << 19

  /// - Parameters:
  ///   - width: pixels of the row.
  ///   - rgb: room for `3 * width` bytes.
  static func convert(
    luma y: UnsafePointer<UInt8>, u: UnsafePointer<UInt8>, v: UnsafePointer<UInt8>, width: Int,
    to rgb: UnsafeMutablePointer<UInt8>
  ) {
    for x in 0..<width {
      let cb = Int32(u[x >> 1]) &- 128
      let cr = Int32(v[x >> 1]) &- 128
      // Largest sum: 239 * 1220542 + 127 * 2116026 + half < 2^31.
      let base = max(0, Int32(y[x]) &- 16) &* luma &+ half
      rgb[3 * x] = clamp((base &+ redFromV &* cr) >> shift)
      rgb[3 * x + 1] = clamp((base &+ greenFromV &* cr &+ greenFromU &* cb) >> shift)
      rgb[3 * x + 2] = clamp((base &+ blueFromU &* cb) >> shift)
    }
  }

  @inline(__always)
  private static func clamp(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, value))) }
}
