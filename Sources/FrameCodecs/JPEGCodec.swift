import CTurboJPEG
import FrameCore

/// Owns a libjpeg-turbo compressor, for many frames.
struct JPEGCompressor: ~Copyable {
  private let handle: tjhandle

  init() {
    guard let handle = tjInitCompress() else { preconditionFailure("out of memory for a JPEG compressor") }
    self.handle = handle
  }

  deinit { tjDestroy(handle) }

  /// Room that a JPEG of this size may need, bytes.
  static func bound(_ layout: PixelLayout, _ jpeg: Codec.JPEG) -> Int {
    Int(tjBufSize(Int32(layout.width), Int32(layout.height), subsampling(jpeg, layout.format)))
  }

  /// Writes a baseline JPEG file.
  /// - Parameters:
  ///   - layout: of `rgb8`, `bgr8`, `rgba8` (alpha is dropped) or `mono8`.
  ///   - target: at least ``bound(_:_:)`` bytes.
  func compress(
    _ pixels: UnsafeRawBufferPointer, _ layout: PixelLayout, _ jpeg: Codec.JPEG,
    into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> Int {
    guard layout.width <= 65535, layout.height <= 65535 else {
      throw .payload("\(layout) is too large for JPEG, whose sides end at 65535 px")
    }
    var address = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var size = UInt(target.count)
    let code = tjCompress2(
      handle, pixels.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(layout.width),
      Int32(layout.stride), Int32(layout.height), Self.pixelFormat(layout.format), &address, &size,
      Self.subsampling(jpeg, layout.format), Int32(jpeg.quality),
      Int32(TJFLAG_NOREALLOC | TJFLAG_ACCURATEDCT))
    guard code == 0 else { throw .payload("libjpeg-turbo cannot encode: \(message(handle))") }
    return Int(size)
  }

  private static func subsampling(_ jpeg: Codec.JPEG, _ format: PixelFormat) -> Int32 {
    if format == .mono8 { return Int32(TJSAMP_GRAY.rawValue) }
    switch jpeg.subsampling {
    case .full: return Int32(TJSAMP_444.rawValue)
    case .half: return Int32(TJSAMP_422.rawValue)
    case .quarter: return Int32(TJSAMP_420.rawValue)
    case .gray: return Int32(TJSAMP_GRAY.rawValue)
    }
  }

  static func pixelFormat(_ format: PixelFormat) -> Int32 {
    switch format {
    case .rgb8: Int32(TJPF_RGB.rawValue)
    case .bgr8: Int32(TJPF_BGR.rawValue)
    case .rgba8: Int32(TJPF_RGBA.rawValue)
    case .mono8: Int32(TJPF_GRAY.rawValue)
    case .i420: preconditionFailure("planar pixels are converted before")
    }
  }
}

/// Owns a libjpeg-turbo decompressor, for many frames.
struct JPEGDecompressor: ~Copyable {
  private let handle: tjhandle

  init() {
    guard let handle = tjInitDecompress() else { preconditionFailure("out of memory for a JPEG decoder") }
    self.handle = handle
  }

  deinit { tjDestroy(handle) }

  /// Decodes a whole JPEG file into tight pixels.
  ///
  /// Strict: what a viewer would paint over (a file cut off, damaged entropy data) is an error, as a model
  /// would take the grey for the world. Progressive files may have at most 500 scans.
  /// - Parameters:
  ///   - layout: the expected size, and `rgb8`, `bgr8`, `rgba8` or `mono8`.
  ///   - target: `layout.byteCount` bytes.
  func decompress(
    _ file: UnsafeRawBufferPointer, _ layout: PixelLayout, into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) {
    let bytes = file.baseAddress?.assumingMemoryBound(to: UInt8.self)
    var (width, height, sampling, space) = (Int32(0), Int32(0), Int32(0), Int32(0))
    guard tjDecompressHeader3(handle, bytes, UInt(file.count), &width, &height, &sampling, &space) == 0 else {
      throw .payload("the JPEG file is damaged: \(message(handle))")
    }
    guard Int(width) == layout.width, Int(height) == layout.height else {
      throw .payload(
        "the JPEG file is \(width)x\(height), but \(layout.width)x\(layout.height) was announced")
    }
    guard space != TJCS_CMYK.rawValue, space != TJCS_YCCK.rawValue else {
      throw .payload("the JPEG file is CMYK; convert it to RGB")
    }
    precondition(target.count >= layout.byteCount && layout.isTight)
    let code = tjDecompress2(
      handle, bytes, UInt(file.count), target.baseAddress?.assumingMemoryBound(to: UInt8.self), width,
      Int32(layout.stride), height, JPEGCompressor.pixelFormat(layout.format),
      Int32(TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS | TJFLAG_STOPONWARNING))
    guard code == 0 else { throw .payload("the JPEG file is damaged: \(message(handle))") }
  }
}

/// libjpeg-turbo's words for the last error of a handle.
private func message(_ handle: tjhandle) -> String {
  tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown error"
}
