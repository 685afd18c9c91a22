import CFrameKernels
import FrameCore

/// Resamples interleaved pixels where the frame shrinks: reads only the pixels that taps need.
final class PixelPicker {
  /// From this reduction along x on, it is faster than splitting rows first: half the pixels are skipped.
  private static let leastStep = 2.0

  private let rows: ResampleAxis
  private let taps: ResampleTaps
  private let targets: [UnsafeMutablePointer<Float>]
  private let pixelBytes: Int
  private let stride: Int
  /// Outputs whose taps can read 8 bytes within the row.
  private let safe: Int
  private let kernels: ff_kernels

  /// - Parameter samplers: of the three channels, all with the same taps; it writes to their samples.
  /// - Returns: `nil` for unsupported formats or sizes.
  init?(_ layout: PixelLayout, _ samplers: [PlaneSampler], _ kernels: ff_kernels) {
    guard samplers.count == 3, layout.format != .i420 else { return nil }
    let taps = samplers[0].taps
    let count = taps.table.count
    let span = taps.table.first[count - 1] - taps.table.first[0]
    guard Double(span) >= Self.leastStep * Double(count - 1) else { return nil }
    self.taps = taps
    self.kernels = kernels
    rows = samplers[0].rows
    pixelBytes = layout.format.bytesPerPixel
    stride = layout.stride
    let order = layout.format == .bgr8 ? [2, 1, 0] : [0, 1, 2]
    targets = order.map { samplers[$0].sampled }
    let bytes = pixelBytes
    safe = (0..<count).prefix { Int(taps.table.first[$0]) * bytes + 8 <= layout.rowBytes }.count
  }

  /// Fills the samples for the covered row `y` of the tensor.
  /// - Parameter row: returns the first byte of a source row.
  func pick(_ y: Int, _ row: (Int) -> UnsafePointer<UInt8>) {
    let weight = rows.fixedWeight[y]
    let upper = row(rows.first[y])
    let lower = weight == 0 ? upper : row(rows.second[y])
    let next = min(y + 1, rows.count - 1)
    let ahead = (rows.first[next] - rows.first[y]) * stride
    withUnsafePointer(to: taps.table) {
      kernels.pick(
        upper, lower, weight, pixelBytes, $0, safe, ahead, targets[0], targets[1], targets[2])
    }
  }
}
