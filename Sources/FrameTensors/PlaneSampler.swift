import CFrameKernels
import FrameCore

/// Resamples one component: blends two of its rows, then computes the tensor's columns with taps along x.
final class PlaneSampler {
  let rows: ResampleAxis
  /// The resampled row: floats that are scaled by 2^`ffSampleBits`.
  let sampled: UnsafeMutablePointer<Float>

  let taps: ResampleTaps
  private let width: Int
  private let blended: UnsafeMutablePointer<Int16>
  private let kernels: ff_kernels

  init(_ spans: (x: ResampleSpan, y: ResampleSpan), _ plane: SamplePlane, _ kernels: ff_kernels) {
    width = plane.width
    self.kernels = kernels
    rows = ResampleAxis(spans.y, source: plane.height, spacing: plane.spacingY, origin: plane.originY)
    taps = ResampleTaps(
      ResampleAxis(spans.x, source: plane.width, spacing: plane.spacingX, origin: plane.originX))
    sampled = LineMemory.allocate(taps.capacity)
    blended = LineMemory.allocate(width + ResampleTaps.slack)
    // Taps read beyond the row with weight 0.
    blended.initialize(repeating: 0, count: width + ResampleTaps.slack)
  }

  deinit {
    sampled.deallocate()
    blended.deallocate()
  }

  /// Fills `sampled` for the covered row `y` of the tensor.
  /// - Parameter row: returns the samples of a source row.
  @inline(__always)
  func sample(_ y: Int, _ row: (Int) -> UnsafePointer<UInt8>) {
    let weight = rows.fixedWeight[y]
    let upper = row(rows.first[y])
    let lower = weight == 0 ? upper : row(rows.second[y])
    kernels.blend(upper, lower, weight, blended, width)
    withUnsafePointer(to: taps.table) { kernels.resample(blended, $0, sampled) }
  }
}

/// Allocates rows that start on a cache line: vectors that span two lines are loaded twice.
enum LineMemory {
  /// Returns uninitialised memory; `deallocate()` frees it.
  static func allocate<T: BitwiseCopyable>(_ count: Int) -> UnsafeMutablePointer<T> {
    UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<T>.stride, alignment: 64)
      .bindMemory(to: T.self, capacity: count)
  }
}
