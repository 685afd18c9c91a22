package import FrameCore

/// Planes of a video to the formats of the wire: 4:2:0 to `i420` without a detour through RGB, what has more chroma
/// to `rgb8`, luma alone to `mono8`.
///
/// Of samples with more than 8 bits the high 8 are taken. Limited range BT.601 comes out of 4:2:0, full range of
/// luma alone. A chroma sample counts for all its pixels, as in OpenCV's `cvtColor` and ffmpeg's unscaled conversions.
/// All memory is taken once.
package final class YUVConverter {
  package let format: YUVFormat
  /// Of the frames it makes.
  package let layout: PixelLayout
  /// Bytes of a frame's planes.
  package let sourceBytes: Int
  /// Whether planes go out as they are: they can be read straight into the frame, and ``convert(_:into:)`` copies.
  package let isIdentity: Bool
  /// Room for one frame's planes where they are converted; empty where they are not.
  package let planes: UnsafeMutableRawBufferPointer

  private let rows: YUVRows
  private let wire: WireConversion

  private enum WireConversion {
    case planes
    case luma(LumaRange)
    case limited(LimitedPlanes)
    case rgb(RGBRows)
  }

  /// - Throws: when a side is not positive, or the frame is above the limits: of pixels, and of bytes for its planes.
  package init(_ format: YUVFormat, width: Int, height: Int, limits: FrameLimits) throws(LayoutError) {
    layout = try PixelLayout(width: width, height: height, format: format.wireFormat, limits: limits)
    self.format = format
    sourceBytes = format.byteCount(layout.size)
    isIdentity = format.isOnWire
    planes = UnsafeMutableRawBufferPointer(
      start: isIdentity ? nil : LargeMemory.allocate(sourceBytes), count: isIdentity ? 0 : sourceBytes)
    rows = YUVRows(format, layout.size)
    wire =
      if isIdentity {
        .planes
      } else {
        switch format.sampling {
        case .mono: .luma(LumaRange(isFullRange: format.isFullRange))
        case .yuv420: .limited(LimitedPlanes(format, layout.size))
        case .yuv422, .yuv411, .yuv440, .yuv444: .rgb(RGBRows(format, layout.size))
        }
      }
  }

  deinit { planes.baseAddress?.deallocate() }

  /// Converts one frame.
  /// - Parameters:
  ///   - source: ``sourceBytes`` of planes: ``planes``, or any other memory.
  ///   - target: at least ``layout``'s bytes, which are all written; not the same memory.
  package func convert(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
    precondition(source.count >= sourceBytes && target.count >= layout.byteCount, "a whole frame")
    let out = target.baseAddress!.assumingMemoryBound(to: UInt8.self)  // frames are never empty
    switch wire {
    case .planes: target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<sourceBytes]))
    case .luma(let range): range.convert(rows, source, into: out)
    case .limited(let planes): planes.convert(rows, source, into: out)
    case .rgb(let conversion): conversion.convert(rows, source, into: out)
    }
  }
}
