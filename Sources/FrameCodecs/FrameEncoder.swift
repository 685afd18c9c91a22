public import FrameCore

/// Encodes captured frames to payloads. For one thread; contexts and working memory are kept between frames.
public final class FrameEncoder: @unchecked Sendable {
  // Sound: owned and used by one encoder thread at a time.
  private let codec: Codec
  private let resizing: FrameResizing?
  private let orientation: FrameOrientation.Policy
  private let damaged: DamagedPictures
  private let limits: FrameLimits
  private let compressor = JPEGCompressor()
  private let images: ImageFileDecoder
  private let zstd: ZstdCompressor
  private var resizer: FrameResize?
  private var planes = ScratchMemory()
  /// The findings about the picture that was encoded last, where it was read from a file.
  public private(set) var findings = PictureFindings()

  /// - Parameters:
  ///   - resizing: the size of frames before encoding; `nil` keeps theirs.
  ///   - orientation: how the orientation of files that are decoded is used. Files that pass unchanged keep theirs.
  ///   - damaged: how files with lost samples are treated, also those that pass unchanged.
  public init(
    codec: Codec, resizing: FrameResizing? = nil, orientation: FrameOrientation.Policy = .exif,
    damaged: DamagedPictures = .refuse, limits: FrameLimits = .standard
  ) {
    self.codec = codec
    self.resizing = resizing
    self.orientation = orientation
    self.damaged = damaged
    self.limits = limits
    images = ImageFileDecoder(limits: limits, damaged: damaged)
    var level = 1
    for case .zstd(let wanted, _) in codec.layers { level = wanted }
    zstd = ZstdCompressor(level: level)
  }

  /// Encodes one frame and sets its timestamps. Bytes that need no change keep their memory.
  /// - Throws: ``CodecError/frame(origin:problem:)`` that names the frame, or ``CodecError/stopped``.
  public func encode(_ frame: consuming CapturedFrame, into pool: FramePool) throws(CodecError)
    -> EncodedFrame
  {
    let (scheduled, captured, origin) = (frame.scheduled, frame.captured, frame.origin)
    let began = FrameClock.now()
    var format = PayloadFormat(content: frame.content)
    findings = PictureFindings()
    do throws(CodecError) {
      var payload = try content(&format, frame.buffer, pool)
      let rawBytes = format.content.layout.byteCount
      for layer in codec.layers { payload = try apply(layer, payload, &format, pool) }
      return EncodedFrame(
        payload: payload, format: format, rawBytes: rawBytes, scheduled: scheduled, captured: captured,
        began: began, encoded: FrameClock.now(), origin: origin)
    } catch {
      guard case .payload(let problem) = error else { throw error }
      throw .frame(origin: origin.description, problem: problem)
    }
  }

  /// Returns the content below the layers: pixels or a JPEG file, in the required size.
  private func content(
    _ format: inout PayloadFormat, _ buffer: consuming FrameBuffer, _ pool: FramePool
  ) throws(CodecError) -> FrameBuffer {
    let turn = turn(format.content, buffer)
    var layout = format.content.layout
    let upright = turn.upright(layout.size)
    let size = resizing?.size(of: upright) ?? upright
    if format.content.kind == .jpeg, codec.isPassthroughJPEG, size == upright {
      guard damaged != .pass else { return buffer }
      var buffer = buffer
      // The file passes byte for byte, but only if its decoder will find a picture.
      let file = UnsafeRawBufferPointer(start: buffer.stableAddress, count: buffer.count)
      try images.inspectJPEG(file, layout) { planes.take($0) }
      findings = images.findings
      // Most readers treat a file without an end marker as truncated.
      if findings.oddities.contains(.noEndMarker), findings.damage == nil {
        let end: [2 of UInt8] = [0xFF, 0xD9]
        buffer.append(copying: end.span.bytes)
      }
      return buffer
    }
    let reduction = format.content.kind == .jpeg ? reduction(upright, size) : 1
    var pixels = try pixels(format.content, reduction, buffer, pool)
    layout = format.content.kind == .pixels ? layout : layout.reduced(by: reduction)
    if turn != .upright { pixels = try turned(pixels, &layout, turn, pool) }
    if size != layout.size { pixels = try resized(pixels, &layout, to: size, pool) }
    guard case .jpeg(let jpeg) = codec.content else {
      format.content = FrameContent(.pixels, layout)
      return pixels
    }
    if layout.format == .i420 { pixels = try rgb(pixels, &layout, pool) }
    let isGray = layout.format == .mono8 || jpeg.subsampling == .gray
    format.content = FrameContent(.jpeg, layout.with(format: isGray ? .mono8 : .rgb8))
    return try rewrite(pixels, JPEGCompressor.bound(layout), pool) {
      (source, target) throws(CodecError) in try compressor.compress(source, layout, jpeg, into: target)
    }
  }

  /// Returns by how much the decoder may reduce a JPEG file that is then resized: the DCT then does some of the
  /// averaging.
  ///
  /// Reduced samples are not means of the pixels they cover, and where the edge of a target pixel is inside one, the
  /// wrong pixels are averaged. With 3 samples for each target sample, along both axes, a frame of the flight is within
  /// 0.5 levels of the exact mean on average, and 6 at most; with 1, 2.6 and 43. A size that is sufficient for a model
  /// is reduced as far as the sink's own decoder would.
  private func reduction(_ frame: FrameSize, _ size: FrameSize) -> Int {
    let samples = if case .to = resizing { 3 } else { 1 }
    return [8, 4, 2].first {
      (frame.width + $0 - 1) / $0 >= samples * size.width
        && (frame.height + $0 - 1) / $0 >= samples * size.height
    } ?? 1
  }

  private func pixels(
    _ content: FrameContent, _ reduction: Int, _ buffer: consuming FrameBuffer, _ pool: FramePool
  ) throws(CodecError) -> FrameBuffer {
    guard content.kind != .pixels else { return buffer }
    let count = content.layout.reduced(by: reduction).byteCount
    return try rewrite(buffer, count, pool) { (file, target) throws(CodecError) in
      try images.decode(file, content, reduction: reduction, into: target)
      if content.kind == .jpeg { findings = images.findings }
      return count
    }
  }

  private func turn(_ content: FrameContent, _ buffer: borrowing FrameBuffer) -> FrameOrientation {
    guard orientation == .exif, content.kind == .jpeg else { return .upright }
    return FrameOrientation(jpeg: buffer.bytes)
  }

  private func turned(
    _ pixels: consuming FrameBuffer, _ layout: inout PixelLayout, _ turn: FrameOrientation, _ pool: FramePool
  ) throws(CodecError) -> FrameBuffer {
    let source = layout
    layout = source.turned(turn)
    return try rewrite(pixels, source.byteCount, pool) { (pixels, result) throws(CodecError) in
      TurnedCopy.pixels(turn, pixels, source, into: result)
      return source.byteCount
    }
  }

  private func resized(
    _ pixels: consuming FrameBuffer, _ layout: inout PixelLayout, to size: FrameSize, _ pool: FramePool
  ) throws(CodecError) -> FrameBuffer {
    let source = layout
    do throws(LayoutError) {
      layout = try PixelLayout(width: size.width, height: size.height, format: source.format, limits: limits)
    } catch {
      throw .payload("cannot be resized to \(size): \(error)")
    }
    let target = layout
    // Tables are computed once and kept while frames keep their size.
    let resizer: FrameResize
    if let kept = self.resizer, kept.source == source, kept.target == target {
      resizer = kept
    } else {
      resizer = FrameResize(from: source, to: target)
      self.resizer = resizer
    }
    return try rewrite(pixels, target.byteCount, pool) { (pixels, result) throws(CodecError) in
      resizer.run(Self.samples(pixels), into: Self.samples(result))
      return target.byteCount
    }
  }

  private func rgb(
    _ pixels: consuming FrameBuffer, _ layout: inout PixelLayout, _ pool: FramePool
  ) throws(CodecError) -> FrameBuffer {
    let source = layout
    layout = source.with(format: .rgb8)
    let count = layout.byteCount
    return try rewrite(pixels, count, pool) { (pixels, result) throws(CodecError) in
      YUVConversion.toRGB(Self.samples(pixels), source, into: Self.samples(result))
      return count
    }
  }

  private func apply(
    _ layer: Codec.Layer, _ payload: consuming FrameBuffer, _ format: inout PayloadFormat, _ pool: FramePool
  ) throws(CodecError) -> FrameBuffer {
    switch layer {
    case .base64:
      format.layers.append(.base64)
      return try rewrite(payload, Base64.encodedCount(payload.count), pool) {
        (bytes, target) throws(CodecError) in Base64.encode(bytes, into: target)
      }
    case .zstd(_, let wantsFilter):
      format.layers.append(.zstd)
      let layout = format.content.layout
      let filters = wantsFilter && format.content.kind == .pixels && GradientFilter.applies(to: layout.format)
      guard filters else {
        return try rewrite(payload, ZstdCompressor.bound(payload.count), pool) {
          (bytes, target) throws(CodecError) in try zstd.compress(bytes, into: target)
        }
      }
      format.filter = .subgreenGradient
      // Filtered planes are tight, whatever the stride of the rows.
      let tight = layout.with(format: layout.format)
      format.content = FrameContent(.pixels, tight)
      let work = self.planes.take(tight.byteCount + GradientFilter.rowBytes(tight))
      let planes = UnsafeMutableRawBufferPointer(rebasing: work[..<tight.byteCount])
      let rows = Self.samples(UnsafeMutableRawBufferPointer(rebasing: work[tight.byteCount...]))
      return try rewrite(payload, ZstdCompressor.bound(tight.byteCount), pool) {
        (pixels, target) throws(CodecError) in
        GradientFilter.apply(Self.samples(pixels), layout, into: Self.samples(planes), rows: rows)
        return try zstd.compress(UnsafeRawBufferPointer(planes), isFiltered: true, into: target)
      }
    }
  }

  /// Acquires a buffer of `capacity` bytes, calls `body` to fill it from `source`, and releases `source`.
  private func rewrite(
    _ source: consuming FrameBuffer, _ capacity: Int, _ pool: FramePool,
    _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws(CodecError) -> Int
  ) throws(CodecError) -> FrameBuffer {
    guard var target = pool.take(capacity) else { throw .stopped }
    // Valid as long as `source`, which ends with this function.
    let bytes = UnsafeRawBufferPointer(start: source.stableAddress, count: source.count)
    try target.fill { (memory) throws(CodecError) -> Int in try body(bytes, memory) }
    _ = consume source
    return target
  }

  private static func samples(_ bytes: UnsafeRawBufferPointer) -> UnsafePointer<UInt8> {
    bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)  // frames are never empty
  }

  private static func samples(_ bytes: UnsafeMutableRawBufferPointer) -> UnsafeMutablePointer<UInt8> {
    bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
  }
}
