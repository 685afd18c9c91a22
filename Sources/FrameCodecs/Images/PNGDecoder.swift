import CPNG
import FrameCore

/// Decodes PNG files to the samples they store, as OpenCV and Pillow do: see `ff_png_decode`.
enum PNGDecoder {
  /// Decodes a whole file to tight pixels. 16-bit samples are reduced to their high byte, palettes are resolved, colour
  /// becomes grey with the weights of Rec. 601. Alpha is kept for `rgba8`, else dropped.
  /// - Parameters:
  ///   - layout: the expected size, and `rgb8`, `bgr8`, `rgba8` or `mono8`.
  ///   - target: `layout.byteCount` bytes.
  static func decode(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) {
    precondition(target.count >= layout.byteCount && layout.isTight)
    let result = ff_png_decode(
      file.baseAddress?.assumingMemoryBound(to: UInt8.self), file.count, UInt32(layout.width),
      UInt32(layout.height), pixels(layout.format),
      target.baseAddress?.assumingMemoryBound(to: UInt8.self), layout.stride)
    switch result.outcome {
    case ffPNGDecoded: return
    case ffPNGOtherSize:
      throw .payload(
        "the PNG file is \(result.width)x\(result.height), but \(layout.width)x\(layout.height) was announced"
      )
    default:
      let message = withUnsafeBytes(of: result.message) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw .payload("the PNG file is damaged: \(message)")
    }
  }

  private static func pixels(_ format: PixelFormat) -> ff_png_pixels {
    switch format {
    case .mono8: ffPNGGray
    case .rgb8: ffPNGRGB
    case .bgr8: ffPNGBGR
    case .rgba8: ffPNGRGBA
    case .i420: preconditionFailure("image files are never decoded to planes")
    }
  }
}
