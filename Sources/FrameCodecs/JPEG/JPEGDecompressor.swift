import CJPEG
import FrameCore

/// Owns a libjpeg-turbo decompressor, for many frames.
///
/// The only place that decides whether a file is a valid picture, for sources and sinks. Strict: what a viewer would
/// conceal (a truncated file, damaged entropy data) is an error, because a model would treat the grey as content,
/// unless such files are to be kept. Irregular files without lost samples are read, and ``oddities`` reports them.
/// Progressive files are read, up to a limit of scans.
struct JPEGDecompressor: ~Copyable {
  let decoder: OpaquePointer
  private let damaged: DamagedPictures

  /// - Parameters:
  ///   - engine: decodes most files; a parameter for tests.
  ///   - mostScans: most scans of a file.
  init(
    engine: ff_jpeg_engine = ffJPEGFastest, mostScans: Int = FrameLimits.standard.maximumScans,
    damaged: DamagedPictures = .refuse
  ) {
    guard let decoder = ff_jpeg_decoder_new(engine) else {
      preconditionFailure("out of memory for a JPEG decoder")
    }
    ff_jpeg_decoder_limit_scans(decoder, Int32(clamping: mostScans))
    self.decoder = decoder
    self.damaged = damaged
  }

  deinit { ff_jpeg_decoder_free(decoder) }

  /// The irregularities of the file that was decoded last.
  var oddities: PictureOddities { PictureOddities(rawValue: ff_jpeg_decoder_oddities(decoder)) }

  /// What is wrong with the file that was decoded last and kept despite lost samples; `nil` for a good one.
  var damage: String? { ff_jpeg_decoder_damage(decoder).map { String(cString: $0) } }

  /// Decodes strictly. Where damaged files are kept, decodes a damaged one again with libjpeg's concealment.
  private func judged<R>(_ decode: () throws(CodecError) -> R) throws(CodecError) -> R {
    do throws(CodecError) {
      return try decode()
    } catch {
      guard damaged == .keep else { throw error }
      ff_jpeg_decoder_keep_damaged(decoder, 1)
      defer { ff_jpeg_decoder_keep_damaged(decoder, 0) }
      do throws(CodecError) { return try decode() } catch _ { throw error }
    }
  }

  /// Reads a file to its end without computing all pixels, to check that every decoder will find a picture in it.
  /// - Parameters:
  ///   - layout: the expected size.
  ///   - memory: returns as many bytes as requested.
  func inspect(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, memory: (Int) -> UnsafeMutableRawBufferPointer
  ) throws(CodecError) {
    try judged { () throws(CodecError) in
      // Luma at 1/8 scale needs no inverse DCT.
      let request = PlaneRequest(reduction: 8, wantsColor: false)
      let info = try open(file, layout, request)
      guard info.planeCount > 0 else {
        return try pixels(layout.reduced(by: 8), into: memory(layout.reduced(by: 8).byteCount))
      }
      let planes = JPEGPlanes(info, request, layout.size, mcuRows: nil)
      guard let base = memory(planes.byteCount).baseAddress?.assumingMemoryBound(to: UInt8.self),
        decode(planes, from: 0, base)
      else { throw refusal() }
    }
  }

  /// Decodes a whole JPEG file into tight pixels.
  /// - Parameters:
  ///   - layout: the expected size, and `rgb8`, `bgr8`, `rgba8` or `mono8`.
  ///   - reduction: 1, 2, 4 or 8: pixels of the file per target pixel, along each side.
  ///   - target: the bytes of ``PixelLayout/reduced(by:)``.
  func decompress(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, reduction: Int = 1,
    into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) {
    let result = layout.reduced(by: reduction)
    try judged { () throws(CodecError) in
      _ = try open(file, layout, PlaneRequest(reduction: reduction))
      try pixels(result, into: target)
    }
  }

  /// Decodes an opened file into pixels.
  private func pixels(
    _ layout: PixelLayout, into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) {
    precondition(target.count >= layout.byteCount)
    let code = ff_jpeg_decode_pixels(
      decoder, target.baseAddress?.assumingMemoryBound(to: UInt8.self), layout.stride,
      layout.format.jpegPixels)
    guard code == 0 else { throw refusal() }
  }

  typealias Planes = (samples: UnsafeMutableRawBufferPointer, layout: PlanarLayout)

  /// Which planes of a file are needed, and at which scale.
  struct PlaneRequest {
    /// 1, 2, 4 or 8: pixels of the frame per luma sample, along each side.
    var reduction = 1
    /// Chroma no finer than luma, and libjpeg's less accurate DCT.
    var fast = false
    var wantsColor = true
  }

  /// Decodes a JPEG file into its own luma and chroma planes, and sends their rows to the receiver as they are decoded:
  /// two rows of MCUs are kept.
  /// - Parameters:
  ///   - layout: the expected size.
  ///   - memory: returns as many bytes as requested.
  /// - Returns: false for a file whose components are not luma and chroma planes.
  func planes(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, _ request: PlaneRequest,
    memory: (Int) -> UnsafeMutableRawBufferPointer, to receiver: some FrameReceiver
  ) throws(CodecError) -> Bool {
    try judged { () throws(CodecError) in
      let info = try open(file, layout, request)
      guard info.planeCount > 0 else { return false }
      let planes = JPEGPlanes(info, request, layout.size, mcuRows: 2)
      let samples = memory(planes.byteCount)
      guard let base = samples.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return false }
      guard ff_jpeg_planes_begin(decoder, Int32(planes.count)) == 0 else { throw refusal() }
      receiver.begin(planes.layout)
      var row = 0
      while true {
        let more = read(planes, mcuRow: row, base)
        guard more >= 0 else { throw refusal() }
        row += 1
        let (luma, chroma) = planes.rows(after: row)
        receiver.receive(RawSpan(_unsafeBytes: UnsafeRawBufferPointer(samples)), luma: luma, chroma: chroma)
        if more == 0 { return true }
      }
    }
  }

  /// The same, with all rows kept.
  /// - Returns: `nil` for a file whose components are not luma and chroma planes.
  func wholePlanes(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, _ request: PlaneRequest,
    memory: (Int) -> UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> Planes? {
    try judged { () throws(CodecError) in
      let info = try open(file, layout, request)
      guard info.planeCount > 0 else { return nil }
      let planes = JPEGPlanes(info, request, layout.size, mcuRows: nil)
      let samples = memory(planes.byteCount)
      guard let base = samples.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
      guard decode(planes, from: 0, base) else { throw refusal() }
      return (samples, planes.layout)
    }
  }

  /// Decodes all rows of an opened file into the planes, from row `mcuRow` on.
  func decode(
    _ planes: JPEGPlanes, from mcuRow: Int, _ base: UnsafeMutablePointer<UInt8>
  ) -> Bool {
    guard ff_jpeg_planes_begin(decoder, Int32(planes.count)) == 0 else { return false }
    var row = mcuRow
    while true {
      let more = read(planes, mcuRow: row, base)
      if more <= 0 { return more == 0 }
      row += 1
    }
  }

  private func read(_ planes: JPEGPlanes, mcuRow: Int, _ base: UnsafeMutablePointer<UInt8>) -> Int32 {
    let (luma, blue, red) = planes.starts(mcuRow)
    let targets: [3 of UnsafeMutablePointer<UInt8>?] = [base + luma, base + blue, base + red]
    return targets.span.withUnsafeBufferPointer { targets in
      planes.strides.span.withUnsafeBufferPointer { strides in
        ff_jpeg_planes_read(decoder, targets.baseAddress, strides.baseAddress)
      }
    }
  }

  /// Reads the header and checks it against the announced size.
  func open(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, _ request: PlaneRequest
  ) throws(CodecError) -> ff_jpeg_info {
    var part = ff_jpeg_part(bytes: file.baseAddress?.assumingMemoryBound(to: UInt8.self), count: file.count)
    var info = ff_jpeg_info()
    guard
      ff_jpeg_decoder_open(decoder, &part, 1, 0, Int32(request.reduction), request.fast ? 1 : 0, &info) == 0
    else { throw refusal() }
    guard Int(info.width) == layout.width, Int(info.height) == layout.height else {
      throw .payload(
        "the JPEG file is \(info.width)x\(info.height), but \(layout.width)x\(layout.height) was announced")
    }
    guard info.colors != ffJPEGOther else {
      throw .payload("the JPEG file is neither grey nor YCbCr, RGB or CMYK; convert it to RGB")
    }
    return info
  }

  private func refusal() -> CodecError {
    let reason = String(cString: ff_jpeg_decoder_message(decoder))
    guard ff_jpeg_decoder_isUnsupported(decoder) == 0 else {
      return .payload(
        "the JPEG file is of a kind that is not supported: \(reason); convert it to 8 bits, baseline or progressive"
      )
    }
    return .payload("the JPEG file is damaged: \(reason)")
  }
}

extension PixelLayout {
  /// Returns the tight layout of the same picture with one pixel for a square of `reduction` x `reduction`.
  func reduced(by reduction: Int) -> PixelLayout {
    with(
      size: FrameSize(
        width: (width + reduction - 1) / reduction, height: (height + reduction - 1) / reduction) ?? size)
  }
}
