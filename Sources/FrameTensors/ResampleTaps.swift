import CFrameKernels

/// One axis in the format of the kernels: fixed-point weights, padded lists, and byte shuffles where taps are close.
final class ResampleTaps: @unchecked Sendable {
  // Sound: written in `init` only.

  /// Samples that must be readable after a row's last one.
  static let slack = 64
  /// Outputs that are written together.
  private static let group = 8
  /// Samples in the 16 bytes that a shuffle reads from.
  private static let window = 8

  let table: ff_taps
  /// The number of outputs, including those that pad the last group.
  let capacity: Int

  init(_ axis: ResampleAxis) {
    let count = axis.count
    capacity = (count + Self.group - 1) / Self.group * Self.group
    let first = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    let weights = UnsafeMutablePointer<Int32>.allocate(capacity: capacity)
    let one = 1 << Int32(ffTapBits)
    for x in 0..<capacity {
      let at = min(x, count - 1)
      let high = Int32((axis.weight[at] * Float(one)).rounded())
      first[x] = Int32(axis.first[at])
      weights[x] = Int32(one) - high | high << 16
    }
    let copies = axis.isCopy && (0..<count).allSatisfy { axis.first[$0] == axis.first[0] + $0 }
    let halves = (0..<count).allSatisfy { axis.first[$0] == axis.first[0] + 2 * $0 && axis.weight[$0] == 0.5 }
    let near = Self.windows(first, capacity)
    table = ff_taps(
      count: count, first: first, weights: weights, isCopy: copies ? 1 : 0, isHalving: halves ? 1 : 0,
      windows: near?.windows, shuffles: near?.shuffles)
  }

  deinit {
    table.first.deallocate()
    table.weights.deallocate()
    table.windows?.deallocate()
    table.shuffles?.deallocate()
  }

  /// - Returns: `nil` when the taps of some 4 outputs are too far apart.
  private static func windows(
    _ first: UnsafePointer<Int32>, _ capacity: Int
  ) -> (windows: UnsafePointer<Int32>, shuffles: UnsafePointer<UInt8>)? {
    for x in stride(from: 0, to: capacity, by: 4) where Int(first[x + 3] - first[x]) + 2 > window {
      return nil
    }
    let windows = UnsafeMutablePointer<Int32>.allocate(capacity: capacity / 4)
    let shuffles = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity * 4)
    for x in 0..<capacity {
      let start = first[x / 4 * 4]
      windows[x / 4] = start
      for byte in 0..<4 { shuffles[4 * x + byte] = UInt8(Int(first[x] - start) * 2 + byte) }
    }
    return (UnsafePointer(windows), UnsafePointer(shuffles))
  }
}
