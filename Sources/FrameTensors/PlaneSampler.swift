import CFrameKernels
import FrameCore

/// Resamples one component: two of its rows are blended, then taps along x make the tensor's columns.
final class PlaneSampler {
  let rows: ResampleAxis
  /// `sampled` floats are in fixed point with `ffSampleBits` fractional bits.
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

  /// Fills `sampled` for the tensor's row `y` of those covered.
  /// - Parameter row: gives the samples of a source row.
  @inline(__always)
  func sample(_ y: Int, _ row: (Int) -> UnsafePointer<UInt8>) {
    let weight = rows.fixedWeight[y]
    let upper = row(rows.first[y])
    let lower = weight == 0 ? upper : row(rows.second[y])
    kernels.blend(upper, lower, weight, blended, width)
    withUnsafePointer(to: taps.table) { kernels.resample(blended, $0, sampled) }
  }
}

/// Rows on cache lines of their own: vectors that lie across two lines are loaded twice.
enum LineMemory {
  /// Uninitialised; `deallocate()` gives it back.
  static func allocate<T: BitwiseCopyable>(_ count: Int) -> UnsafeMutablePointer<T> {
    UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<T>.stride, alignment: 64)
      .bindMemory(to: T.self, capacity: count)
  }
}
