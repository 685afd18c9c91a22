import CFrameKernels
import FrameCore

/// The filter `subgreen-gradient` of docs/record.md: a reversible transform after which pixels compress better. All
/// arithmetic is modulo 256.
///
/// Green is subtracted from the two other channels, the channels become planes, and each sample becomes its
/// difference to left + up - upleft; outside the image is 0.
enum GradientFilter {
  /// Whether pixels of this format can be filtered.
  static func applies(to format: PixelFormat) -> Bool {
    switch format {
    case .rgb8, .bgr8, .mono8: true
    case .rgba8, .i420: false
    }
  }

  /// Returns the working memory for filtering, bytes.
  static func rowBytes(_ layout: PixelLayout) -> Int { 6 * layout.width }

  /// Filters interleaved pixels into tight planes.
  /// - Parameters:
  ///   - source: `layout.byteCount` bytes; rows may be padded.
  ///   - target: `width * height * channels` bytes.
  ///   - rows: ``rowBytes(_:)`` bytes of working memory.
  static func apply(
    _ source: UnsafePointer<UInt8>, _ layout: PixelLayout, into target: UnsafeMutablePointer<UInt8>,
    rows: UnsafeMutablePointer<UInt8>
  ) {
    let kernels = ff_best()!.pointee
    let (width, height) = (layout.width, layout.height)
    if layout.format.channels == 1 {
      for y in 0..<height {
        let row = source + y * layout.stride
        kernels.residual(row, y > 0 ? row - layout.stride : nil, target + y * width, width)
      }
      return
    }
    // Two rows of the three planes, green already subtracted: this row and the one above.
    for y in 0..<height {
      let now = rows + (y & 1) * 3 * width
      let before = rows + (1 - y & 1) * 3 * width
      let (first, green, last) = (now, now + width, now + 2 * width)
      kernels.split3(source + y * layout.stride, first, green, last, width)
      kernels.subtract(first, green, width)
      kernels.subtract(last, green, width)
      for plane in 0..<3 {
        kernels.residual(
          now + plane * width, y > 0 ? UnsafePointer(before + plane * width) : nil,
          target + plane * width * height + y * width, width)
      }
    }
  }

  /// Restores interleaved, tight pixels from filtered planes. `planes` is used as working memory.
  static func undo(
    _ planes: UnsafeMutablePointer<UInt8>, _ layout: PixelLayout, into target: UnsafeMutablePointer<UInt8>
  ) {
    let kernels = ff_best()!.pointee
    let (width, height, channels) = (layout.width, layout.height, layout.format.channels)
    let count = width * height
    for y in 0..<height {
      // All planes of a row together: they are read again while they are in the cache.
      for plane in 0..<channels {
        let row = planes + plane * count + y * width
        kernels.integrate(row, y > 0 ? UnsafePointer(row - width) : nil, width)
      }
      let row = planes + y * width
      let out = target + y * layout.rowBytes
      if channels == 1 {
        out.update(from: row, count: width)
      } else {
        kernels.mergeGreen(row, row + count, row + 2 * count, out, width)
      }
    }
  }
}
