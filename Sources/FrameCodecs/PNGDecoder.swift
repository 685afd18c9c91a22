import CPNG
import FrameCore

/// Decodes PNG files through libpng's simplified interface.
enum PNGDecoder {
  /// Decodes a whole file into tight pixels. Sixteen-bit files become 8-bit; palettes become colours.
  /// - Parameters:
  ///   - layout: the expected size, and `rgb8`, `bgr8`, `rgba8` or `mono8`.
  ///   - target: `layout.byteCount` bytes.
  static func decode(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) {
    var image = png_image()
    image.version = UInt32(PNG_IMAGE_VERSION)
    guard png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0 else {
      throw .payload("the PNG file is damaged: \(message(image))")
    }
    // Frees what libpng holds, also after an error.
    defer { png_image_free(&image) }
    guard Int(image.width) == layout.width, Int(image.height) == layout.height else {
      throw .payload(
        "the PNG file is \(image.width)x\(image.height), but \(layout.width)x\(layout.height) was announced")
    }
    image.format = format(layout.format)
    precondition(target.count >= layout.byteCount && layout.isTight)
    // Where an image with alpha becomes one without, it lies on black.
    var background = png_color(red: 0, green: 0, blue: 0)
    guard png_image_finish_read(&image, &background, target.baseAddress, Int32(layout.stride), nil) != 0
    else {
      throw .payload("the PNG file is damaged: \(message(image))")
    }
    // Warnings of libpng (a bad checksum of an unneeded chunk) leave the pixels right.
    guard image.warning_or_error & 2 == 0 else {
      throw .payload("the PNG file is damaged: \(message(image))")
    }
  }

  /// libpng's PNG_FORMAT_ values, which are casts that Swift does not import: alpha 1, colour 2, BGR 16.
  private static func format(_ format: PixelFormat) -> UInt32 {
    switch format {
    case .mono8: 0
    case .rgb8: 2
    case .bgr8: 2 | 16
    case .rgba8: 2 | 1
    case .i420: preconditionFailure("image files are never decoded to planes")
    }
  }

  private static func message(_ image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
