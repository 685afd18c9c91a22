import FrameTensors
import Glibc

/// The error of tensors against the expected ones, in levels of 0...255.
struct TensorError {
  private var squares = 0.0
  private var count = 0
  private(set) var largest = 0.0

  /// - Parameters:
  ///   - values: in memory order.
  ///   - expected: the expected values of the same elements.
  mutating func add(_ values: [Float], _ expected: [Float], _ spec: TensorSpec) {
    precondition(values.count == expected.count)
    let levels = spec.std.map { $0 / spec.scale }
    for at in values.indices {
      let channel = spec.layout == .nchw ? at / spec.channelStride : at % spec.channels
      let difference = abs(Double(values[at]) - Double(expected[at])) * levels[channel]
      squares += difference * difference
      largest = max(largest, difference)
    }
    count += values.count
  }

  /// Peak signal-to-noise ratio, dB; `nil` when there is no difference, or nothing was compared.
  var psnr: Double? {
    squares > 0 ? 10 * log10(255 * 255 * Double(count) / squares) : nil
  }

  /// Largest difference, levels; `nil` when nothing was compared.
  var largestDifference: Double? { count > 0 ? largest : nil }
}
