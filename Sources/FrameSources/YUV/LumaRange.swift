/// Converts luma alone to `mono8`, which is full range.
struct LumaRange {
  /// The full-range value of each limited-range value; `nil` for full range.
  private let levels: [UInt8]?

  init(isFullRange: Bool) {
    levels =
      isFullRange
      ? nil : (0..<256).map { UInt8(clamping: Int((Double($0 - 16) * 255 / 219).rounded())) }
  }

  /// Converts a frame in place.
  func convert(_ plane: UnsafeMutablePointer<UInt8>, count: Int) {
    guard let levels else { return }
    levels.withUnsafeBufferPointer { levels in
      for at in 0..<count { plane[at] = levels[Int(plane[at])] }
    }
  }
}
