import CJPEG
import FrameCore

/// Owns a libjpeg-turbo compressor, for many frames.
struct JPEGCompressor: ~Copyable {
  private let encoder: OpaquePointer

  init() {
    guard let encoder = ff_jpeg_encoder_new() else { preconditionFailure("out of memory for a JPEG encoder") }
    self.encoder = encoder
  }

  deinit { ff_jpeg_encoder_free(encoder) }

  /// Returns an upper bound of a JPEG file of this size, bytes: TurboJPEG's `tjBufSize` for 4:4:4, the largest, plus
  /// two bytes and a padded one for each restart marker.
  static func bound(_ layout: PixelLayout) -> Int {
    let (columns, rows) = ((layout.width + 15) / 16 * 16, (layout.height + 15) / 16 * 16)
    let components = layout.format == .mono8 ? 2 : 6
    return columns * rows * components + 2048 + rows
  }

  /// Longest side that libjpeg writes, px (`JPEG_MAX_DIMENSION`); the format allows 65535.
  static let longestSide = 65500

  /// Writes a baseline JPEG file.
  /// - Parameters:
  ///   - layout: `rgb8`, `bgr8`, `rgba8` (alpha is dropped) or `mono8`.
  ///   - target: at least ``bound(_:)`` bytes.
  func compress(
    _ pixels: UnsafeRawBufferPointer, _ layout: PixelLayout, _ jpeg: Codec.JPEG,
    into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> Int {
    guard max(layout.width, layout.height) <= Self.longestSide else {
      throw .payload("\(layout) is too large for JPEG; the limit of libjpeg is \(Self.longestSide) px a side")
    }
    guard let from = pixels.baseAddress, let to = target.baseAddress else { throw .payload("no pixels") }
    var settings = ff_jpeg_settings()
    settings.width = Int32(layout.width)
    settings.height = Int32(layout.height)
    settings.stride = layout.stride
    settings.format = layout.format.jpegPixels
    settings.quality = Int32(jpeg.quality)
    settings.halvesX = jpeg.subsampling == .half || jpeg.subsampling == .quarter ? 1 : 0
    settings.halvesY = jpeg.subsampling == .quarter ? 1 : 0
    settings.isGray = jpeg.subsampling == .gray ? 1 : 0
    settings.restartRows = Int32(
      jpeg.restart ?? (layout.width * layout.height >= Codec.restartsFrom ? 1 : 0))
    let size = ff_jpeg_encode(
      encoder, from.assumingMemoryBound(to: UInt8.self), &settings, to.assumingMemoryBound(to: UInt8.self),
      target.count)
    guard size >= 0 else {
      throw .payload("libjpeg-turbo cannot encode: \(String(cString: ff_jpeg_encoder_message(encoder)))")
    }
    return size
  }
}

extension PixelFormat {
  /// The constant of libjpeg-turbo's wrapper for this interleaved format.
  var jpegPixels: ff_jpeg_pixels {
    switch self {
    case .rgb8: ffJPEGPixelsRGB
    case .bgr8: ffJPEGPixelsBGR
    case .rgba8: ffJPEGPixelsRGBA
    case .mono8: ffJPEGPixelsGray
    case .i420: preconditionFailure("planar pixels are converted before")
    }
  }
}
