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
    _ = try open(file, layout)
    let code = ff_jpeg_decode_pixels(
      decoder, target.baseAddress?.assumingMemoryBound(to: UInt8.self), layout.stride,
      layout.format.jpegPixels, 0)
    guard code == 0 else { throw damage() }
  }

  /// Reads the header and holds it against what was announced.
  private func open(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout
  ) throws(CodecError) -> ff_jpeg_info {
    var part = ff_jpeg_part(bytes: file.baseAddress?.assumingMemoryBound(to: UInt8.self), count: file.count)
    var info = ff_jpeg_info()
    guard ff_jpeg_decoder_open(decoder, &part, 1, 0, 1, &info) == 0 else { throw damage() }
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
