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
  ///   - memory: gives as many bytes as asked for.
  /// - Returns: `nil` for a file whose components are no planes of luma and chroma.
  func planes(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, reduction: Int, fast: Bool, wantsColor: Bool,
    memory: (Int) -> UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> (samples: UnsafeMutableRawBufferPointer, layout: PlanarLayout)? {
    let info = try open(file, layout, reduction: reduction)
    guard info.planeCount > 0 else { return nil }
    let hasColor = info.planeCount == 3 && wantsColor
    let (luma, lumaEnd) = Self.plane(info.planes.0, at: 0)
    let (blue, blueEnd) = Self.plane(info.planes.1, at: lumaEnd)
    let (red, redEnd) = Self.plane(info.planes.2, at: blueEnd)
    let samples = memory(hasColor ? redEnd : lumaEnd)
    guard let base = samples.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
    let planes: [3 of UnsafeMutablePointer<UInt8>?] = [
      base + luma.offset, base + blue.offset, base + red.offset,
    ]
    let strides: [3 of Int] = [luma.stride, blue.stride, red.stride]
    let code = planes.span.withUnsafeBufferPointer { planes in
      strides.span.withUnsafeBufferPointer { strides in
        ff_jpeg_decode_planes(
          decoder, hasColor ? 3 : 1, planes.baseAddress, strides.baseAddress, fast ? 1 : 0)
      }
    }
    guard code == 0 else { throw damage() }
    return (
      samples,
      PlanarLayout(
        size: layout.size, luma: luma, chroma: hasColor ? PlanarLayout.Chroma(blue: blue, red: red) : nil)
    )
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
