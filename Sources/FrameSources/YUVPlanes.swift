/// Turns what y4m streams may hold into the formats of the wire. BT.601, integer arithmetic scaled by 2^16.
enum YUVPlanes {
  /// Planar 4:4:4 to interleaved RGB.
  /// - Parameters:
  ///   - planes: Y, U and V of `count` samples each.
  ///   - target: at least `3 * count` bytes.
  /// - Returns: bytes written.
  static func toRGB(
    _ planes: [UInt8], _ count: Int, isFullRange: Bool, into target: UnsafeMutableRawBufferPointer
  ) -> Int {
    // ITU-R BT.601: 1.402, 0.344136, 0.714136, 1.772; in limited range x 255/219 for luma, 255/224 for chroma.
    let (offset, luma, vr, ug, vg, ub): (Int32, Int32, Int32, Int32, Int32, Int32) =
      isFullRange
      ? (0, 65536, 91881, 22554, 46802, 116_130)
      : (16, 76309, 104_597, 25675, 53279, 132_201)
    planes.withUnsafeBufferPointer { planes in
      for at in 0..<count {
        let y = (Int32(planes[at]) - offset) * luma + 32768
        let u = Int32(planes[count + at]) - 128
        let v = Int32(planes[2 * count + at]) - 128
        target[3 * at] = UInt8(clamping: (y + vr * v) >> 16)
        target[3 * at + 1] = UInt8(clamping: (y - ug * u - vg * v) >> 16)
        target[3 * at + 2] = UInt8(clamping: (y + ub * u) >> 16)
      }
    }
    return 3 * count
  }

  /// Full range (0...255) to limited range (16...235, chroma 16...240), in place.
  /// - Parameter luma: luma samples at the start; chroma follows.
  static func toLimitedRange(_ samples: UnsafeMutableRawBufferPointer, luma: Int, count: Int) {
    for at in 0..<min(luma, count) { samples[at] = UInt8((Int(samples[at]) * 219 + 127) / 255 + 16) }
    guard count > luma else { return }
    for at in luma..<count {
      samples[at] = UInt8(
        clamping: ((Int(samples[at]) - 128) * 224 + (samples[at] < 128 ? -127 : 127)) / 255 + 128)
    }
  }
}
