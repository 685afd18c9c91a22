import CJPEG
import FrameCore

/// Owns a libjpeg-turbo decompressor, for many frames.
///
/// Strict: what a viewer would paint over (a file cut off, damaged entropy data) is an error, as a model
/// would take the grey for the world. Progressive files may have at most 500 scans.
struct JPEGDecompressor: ~Copyable {
  private let decoder: OpaquePointer

  init() {
    guard let decoder = ff_jpeg_decoder_new() else { preconditionFailure("out of memory for a JPEG decoder") }
    self.decoder = decoder
  }

  deinit { ff_jpeg_decoder_free(decoder) }

  /// Decodes a whole JPEG file into tight pixels.
  /// - Parameters:
  ///   - layout: the expected size, and `rgb8`, `bgr8`, `rgba8` or `mono8`.
  ///   - target: `layout.byteCount` bytes.
  func decompress(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) {
    precondition(target.count >= layout.byteCount && layout.isTight)
    _ = try open(file, layout, reduction: 1)
    let code = ff_jpeg_decode_pixels(
      decoder, target.baseAddress?.assumingMemoryBound(to: UInt8.self), layout.stride,
      layout.format.jpegPixels, 0)
    guard code == 0 else { throw damage() }
  }

  /// Decodes a JPEG file into planes of luma and chroma, as the file has them.
  /// - Parameters:
  ///   - layout: the expected size.
  ///   - reduction: 1, 2, 4 or 8: pixels of the frame, along each side, that a luma sample stands for.
  ///   - fast: the less accurate DCT.
  ///   - wantsColor: whether chroma is decoded.
  ///   - crew: shares the work, with what it needs for that.
  ///   - memory: gives as many bytes as asked for.
  /// - Returns: `nil` for a file whose components are no planes of luma and chroma.
  func planes(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, reduction: Int, fast: Bool, wantsColor: Bool,
    crew: (DecodeCrew, StripedJPEG)?, memory: (Int) -> UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> (samples: UnsafeMutableRawBufferPointer, layout: PlanarLayout)? {
    let info = try open(file, layout, reduction: reduction)
    guard info.planeCount > 0 else { return nil }
    let hasColor = info.planeCount == 3 && wantsColor
    let (luma, lumaEnd) = Self.plane(info.planes.0, at: 0)
    let (blue, blueEnd) = Self.plane(info.planes.1, at: lumaEnd)
    let (red, redEnd) = Self.plane(info.planes.2, at: blueEnd)
    let samples = memory(hasColor ? redEnd : lumaEnd)
    let decoded = PlanarLayout(
      size: layout.size, luma: luma, chroma: hasColor ? PlanarLayout.Chroma(blue: blue, red: red) : nil)
    guard let base = samples.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
    if let (crew, stripes) = crew, stripes.cut(file, info, threads: crew.threads) {
      stripes.prepare(file, info, base, decoded, reduction: reduction, fast: fast)
      if crew.run(stripes, self) { return (samples, decoded) }
      // What is wrong with a file is best told by decoding it as a whole.
      _ = try open(file, layout, reduction: reduction)
    }
    let planes: [3 of UnsafeMutablePointer<UInt8>?] = [
      base + luma.offset, base + blue.offset, base + red.offset,
    ]
    let strides: [3 of Int] = [luma.stride, blue.stride, red.stride]
    guard decode(hasColor ? 3 : 1, planes, strides, fast) else { throw damage() }
    return (samples, decoded)
  }

  private func decode(
    _ planeCount: Int, _ planes: [3 of UnsafeMutablePointer<UInt8>?], _ strides: [3 of Int], _ fast: Bool
  ) -> Bool {
    planes.span.withUnsafeBufferPointer { planes in
      strides.span.withUnsafeBufferPointer { strides in
        ff_jpeg_decode_planes(
          decoder, Int32(planeCount), planes.baseAddress, strides.baseAddress, fast ? 1 : 0) == 0
      }
    }
  }

  /// Decodes one stripe of a file: see ``StripedJPEG``.
  /// - Returns: false when it is damaged.
  func stripe(
    _ header: UnsafeBufferPointer<UInt8>, _ data: UnsafeRawBufferPointer, firstRestart: Int, reduction: Int,
    fast: Bool, planeCount: Int, into planes: [3 of UnsafeMutablePointer<UInt8>?], strides: [3 of Int]
  ) -> Bool {
    let end: [2 of UInt8] = [0xFF, 0xD9]
    return end.span.withUnsafeBufferPointer { end in
      let parts: [3 of ff_jpeg_part] = [
        ff_jpeg_part(bytes: header.baseAddress, count: header.count),
        ff_jpeg_part(bytes: data.baseAddress?.assumingMemoryBound(to: UInt8.self), count: data.count),
        ff_jpeg_part(bytes: end.baseAddress, count: end.count),
      ]
      var info = ff_jpeg_info()
      let isOpen = parts.span.withUnsafeBufferPointer { parts in
        ff_jpeg_decoder_open(
          decoder, parts.baseAddress, 3, Int32(firstRestart), Int32(reduction), &info) == 0
      }
      return isOpen && decode(planeCount, planes, strides, fast)
    }
  }

  /// - Returns: the plane, and the first byte behind its memory.
  private static func plane(_ info: ff_jpeg_plane, at offset: Int) -> (SamplePlane, Int) {
    // Rows begin on a cache line.
    let stride = (Int(info.paddedWidth) + 63) / 64 * 64
    let plane = SamplePlane(
      offset: offset, stride: stride, width: Int(info.width), height: Int(info.height),
      spacingX: Int(info.spacingX), spacingY: Int(info.spacingY))
    return (plane, offset + stride * Int(info.paddedHeight))
  }

  /// Reads the header and holds it against what was announced.
  private func open(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, reduction: Int
  ) throws(CodecError) -> ff_jpeg_info {
    var part = ff_jpeg_part(bytes: file.baseAddress?.assumingMemoryBound(to: UInt8.self), count: file.count)
    var info = ff_jpeg_info()
    guard ff_jpeg_decoder_open(decoder, &part, 1, 0, Int32(reduction), &info) == 0 else { throw damage() }
    guard Int(info.width) == layout.width, Int(info.height) == layout.height else {
      throw .payload(
        "the JPEG file is \(info.width)x\(info.height), but \(layout.width)x\(layout.height) was announced")
    }
    switch info.colors {
    case ffJPEGCMYK: throw .payload("the JPEG file is CMYK; convert it to RGB")
    case ffJPEGOther: throw .payload("the JPEG file is neither grey nor YCbCr nor RGB; convert it to RGB")
    default: return info
    }
  }

  private func damage() -> CodecError {
    .payload("the JPEG file is damaged: \(String(cString: ff_jpeg_decoder_message(decoder)))")
  }
}
