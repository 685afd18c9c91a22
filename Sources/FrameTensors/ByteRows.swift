import CFrameKernels
import FrameCore

/// Rows of packed pixels as planes of red, green and blue (or grey) bytes. The last two rows are kept, because
/// neighbouring rows of an enlarged tensor are between the same two source rows.
final class ByteRows {
  /// 1 or 3.
  let planes: Int

  private let layout: PixelLayout
  private let kernels: ff_kernels
  private let memory: UnsafeMutablePointer<UInt8>
  /// Bytes from one plane of a row to the next.
  private let rowBytes: Int
  /// Which source rows are kept.
  private var kept = (-1, -1)
  private var pixels: UnsafePointer<UInt8>?

  init(_ layout: PixelLayout, _ kernels: ff_kernels) {
    self.layout = layout
    self.kernels = kernels
    planes = layout.format == .mono8 ? 1 : 3
    rowBytes = (layout.width + 63) / 64 * 64
    memory = LineMemory.allocate(6 * rowBytes)
  }

  deinit { memory.deallocate() }

  /// Starts another frame.
  func begin(_ pixels: UnsafePointer<UInt8>) {
    self.pixels = pixels
    kept = (-1, -1)
  }

  /// Returns the first byte of a row of the frame.
  func start(_ y: Int) -> UnsafePointer<UInt8> {
    guard let pixels else { preconditionFailure("no frame") }
    return pixels + y * layout.stride
  }

  /// Returns one plane of a row; valid until two other rows have been requested.
  func row(_ y: Int, plane: Int) -> UnsafePointer<UInt8> {
    guard let pixels else { preconditionFailure("no frame") }
    if planes == 1 { return pixels + y * layout.stride }
    let first = UnsafePointer(memory)
    if kept.0 != y, kept.1 != y {
      // The older row is replaced: rows are requested in rising order.
      let replacesFirst = kept.0 < kept.1 || kept.0 == -1
      split(y, of: pixels, into: replacesFirst ? memory : memory + 3 * rowBytes)
      if replacesFirst { kept.0 = y } else { kept.1 = y }
    }
    return first + (kept.0 == y ? plane : 3 + plane) * rowBytes
  }

  private func split(
    _ y: Int, of pixels: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>
  ) {
    let width = layout.width
    let (a, b, c) = (target, target + rowBytes, target + 2 * rowBytes)
    let row = pixels + y * layout.stride
    switch layout.format {
    case .rgb8: kernels.split3(row, a, b, c, width)
    case .bgr8: kernels.split3(row, c, b, a, width)
    case .rgba8: kernels.split4(row, a, b, c, width)
    case .i420:
      let u = pixels + width * layout.height
      let v = u + layout.chromaWidth * layout.chromaHeight
      let chroma = (y >> 1) * layout.chromaWidth
      kernels.i420(row, u + chroma, v + chroma, a, b, c, width)
    case .mono8: preconditionFailure("grey rows are read in place")
    }
  }
}
