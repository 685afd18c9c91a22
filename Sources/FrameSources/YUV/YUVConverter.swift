package import FrameCore

/// Converts planes of a video to the pixel formats of records: 4:2:0 to `i420` without a detour through RGB, finer
/// chroma to `rgb8`, luma alone to `mono8`.
///
/// The high 8 bits of larger samples are used. 4:2:0 becomes limited range BT.601, luma alone full range. A chroma
/// sample is used for all its pixels, as in OpenCV's `cvtColor` and ffmpeg's unscaled conversions. Memory is allocated
/// once.
package final class YUVConverter {
  package let format: YUVFormat
  /// The layout of the converted frames.
  package let layout: PixelLayout
  /// Bytes of a frame's planes.
  package let sourceBytes: Int
  /// Whether samples have the same positions before and after: planes can be read directly into the frame and converted
  /// there by ``convert(inPlace:)``.
  package let isInPlace: Bool
  /// Memory for one frame's planes where they are not converted in place.
  package private(set) lazy var planes = UnsafeMutableRawBufferPointer(
    start: memory(sourceBytes), count: sourceBytes)
  /// Memory for a part of a frame that stays in the processor's cache.
  private lazy var piece = UnsafeMutableRawBufferPointer(
    start: memory(Self.pieceBytes), count: Self.pieceBytes)
  /// Freed in deinit.
  private var taken: [UnsafeMutableRawPointer] = []

  private static let pieceBytes = 1 << 18

  private let rows: YUVRows
  private let wire: WireConversion

  private enum WireConversion {
    case planes
    case luma(LumaRange)
    case limited(LimitedPlanes)
    case rgb(RGBRows)
  }

  /// - Throws: ``LayoutError`` when a side is not positive, or the frame has more pixels than `limits` allow.
  package init(_ format: YUVFormat, width: Int, height: Int, limits: FrameLimits) throws(LayoutError) {
    layout = try PixelLayout(width: width, height: height, format: format.wireFormat, limits: limits)
    self.format = format
    sourceBytes = format.byteCount(layout.size)
    isInPlace = format.bitDepth == 8 && format.isPacked
    rows = YUVRows(format, layout.size)
    wire =
      if format.isOnWire {
        .planes
      } else {
        switch format.sampling {
        case .mono: .luma(LumaRange(isFullRange: format.isFullRange))
        case .yuv420: .limited(LimitedPlanes(format, layout.size))
        case .yuv422, .yuv411, .yuv440, .yuv444: .rgb(RGBRows(format, layout.size))
        }
      }
  }

  deinit {
    for memory in taken { memory.deallocate() }
  }

  private func memory(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let memory = LargeMemory.allocate(byteCount)
    taken.append(memory)
    return memory
  }

  /// Converts one frame.
  /// - Parameters:
  ///   - source: ``sourceBytes`` of planes: ``planes``, or any other memory.
  ///   - target: at least ``layout``'s bytes, all of which are written; must not overlap `source`.
  package func convert(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) {
    precondition(source.count >= sourceBytes && target.count >= layout.byteCount, "a whole frame")
    let out = target.baseAddress!.assumingMemoryBound(to: UInt8.self)  // frames are never empty
    switch wire {
    case .planes: target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[..<sourceBytes]))
    case .luma(let range):
      for y in 0..<rows.size.height { rows.copy(.luma, y, source, into: out + y * rows.size.width) }
      range.convert(out, count: layout.byteCount)
    case .limited(let planes): limited(planes, source, out)
    case .rgb(let conversion): conversion.convert(rows, source, into: out)
    }
  }

  private func limited(
    _ planes: LimitedPlanes, _ source: UnsafeRawBufferPointer, _ out: UnsafeMutablePointer<UInt8>
  ) {
    let (width, height) = (rows.size.width, rows.size.height)
    let (chromaWidth, chromaHeight) = ((width + 1) / 2, (height + 1) / 2)
    let blue = out + width * height
    let red = blue + chromaWidth * chromaHeight
    for row in 0..<chromaHeight {
      for y in 2 * row..<min(2 * row + 2, height) { rows.copy(.luma, y, source, into: out + y * width) }
      rows.copy(.blue, row, source, into: blue + row * chromaWidth)
      rows.copy(.red, row, source, into: red + row * chromaWidth)
      planes.convert(out, row: row)
    }
  }

  /// Converts one frame in place, if ``isInPlace``.
  package func convert(inPlace frame: UnsafeMutableRawBufferPointer) {
    precondition(format.isPacked && frame.count >= layout.byteCount, "a whole frame")
    let out = frame.baseAddress!.assumingMemoryBound(to: UInt8.self)  // frames are never empty
    switch wire {
    case .planes: break
    case .luma(let range): range.convert(out, count: layout.byteCount)
    case .limited(let planes): planes.convert(out)
    case .rgb: preconditionFailure("it has more bytes on the wire")
    }
  }

  /// Reads the planes of one frame of 4:2:0 or luma alone, without alpha, and converts them.
  /// - Returns: whether the whole frame could be read.
  func read(_ stream: ByteStream, into frame: UnsafeMutableRawBufferPointer) throws(SourceError) -> Bool {
    if format.bitDepth == 8 {
      let planes = UnsafeMutableRawBufferPointer(rebasing: frame[..<sourceBytes])
      guard try stream.read(into: planes) == sourceBytes else { return false }
    } else {
      let out = frame.baseAddress!.assumingMemoryBound(to: UInt8.self)  // frames are never empty
      var done = 0
      while done < layout.byteCount {
        let count = min(Self.pieceBytes / 2, layout.byteCount - done)
        let samples = UnsafeMutableRawBufferPointer(rebasing: piece[..<(2 * count)])
        guard try stream.read(into: samples) == 2 * count else { return false }
        YUVRows.narrow(
          UnsafeRawPointer(samples.baseAddress!), count: count, bitDepth: format.bitDepth, into: out + done)
        done += count
      }
    }
    convert(inPlace: frame)
    return true
  }
}
