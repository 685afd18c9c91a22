import CZstd

/// Owns a zstd compressor and its tables, for many frames.
struct ZstdCompressor: ~Copyable {
  private let context: OpaquePointer
  private let level: Int

  /// Bytes that the match search skips where it finds no match. Residuals of a filter have hardly any matches: nearly
  /// all that zstd saves there comes from the entropy coder. Above 64 the frame grows more than the search gets shorter
  /// (samples/flight).
  private static let residualStep: Int32 = 64

  /// - Parameter level: -7...19.
  init(level: Int) {
    guard let context = ZSTD_createCCtx() else { preconditionFailure("out of memory for a zstd context") }
    self.context = context
    self.level = level
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, Int32(level))
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1)
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
  }

  /// Makes the search coarser for residuals at level 1, the one for speed. 0 is zstd's own choice.
  private func tune(forResiduals isFiltered: Bool) {
    guard level == 1 else { return }
    ZSTD_CCtx_setParameter(context, ZSTD_c_strategy, isFiltered ? Int32(ZSTD_fast.rawValue) : 0)
    ZSTD_CCtx_setParameter(context, ZSTD_c_targetLength, isFiltered ? Self.residualStep : 0)
    // With such a step zstd would leave literals uncompressed. (ZSTD_c_literalCompressionMode, under its name in the
    // stable part of the header.)
    ZSTD_CCtx_setParameter(context, ZSTD_c_experimentalParam5, isFiltered ? 1 : 0)
  }

  deinit { ZSTD_freeCCtx(context) }

  /// Returns the most bytes that the frame of `count` bytes may need.
  static func bound(_ count: Int) -> Int { ZSTD_compressBound(count) }

  /// Writes one standard frame with content size and checksum.
  /// - Parameter isFiltered: whether the bytes are residuals of the gradient filter.
  func compress(
    _ source: UnsafeRawBufferPointer, isFiltered: Bool = false, into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> Int {
    tune(forResiduals: isFiltered)
    let result = ZSTD_compress2(context, target.baseAddress, target.count, source.baseAddress, source.count)
    guard ZSTD_isError(result) == 0 else {
      throw .payload("zstd cannot compress: \(String(cString: ZSTD_getErrorName(result)))")
    }
    return result
  }
}

/// Owns a zstd decompressor, for many frames.
struct ZstdDecompressor: ~Copyable {
  private let context: OpaquePointer

  init() {
    guard let context = ZSTD_createDCtx() else { preconditionFailure("out of memory for a zstd context") }
    self.context = context
    // zstd's own default, made explicit: a frame cannot request a window above 128 MiB.
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27)
  }

  deinit { ZSTD_freeDCtx(context) }

  /// Returns the content size that the frame declares, to be checked before memory is allocated for it.
  static func declaredSize(_ source: UnsafeRawBufferPointer) throws(CodecError) -> Int {
    let declared = ZSTD_getFrameContentSize(source.baseAddress, source.count)
    // ZSTD_CONTENTSIZE_ERROR and ZSTD_CONTENTSIZE_UNKNOWN, which are casts that Swift does not import.
    guard declared != .max - 1 else { throw .payload("the payload is not a zstd frame") }
    guard declared != .max, declared <= Int.max else {
      throw .payload("the zstd frame does not declare its content size; FrameFeed's always do")
    }
    let length = ZSTD_findFrameCompressedSize(source.baseAddress, source.count)
    guard ZSTD_isError(length) == 0 else { throw .payload("the zstd frame is cut off or damaged") }
    guard length == source.count else {
      throw .payload("\(source.count - length) bytes follow the zstd frame; expected exactly one frame")
    }
    return Int(declared)
  }

  /// Writes the content and checks the frame's checksum.
  func decompress(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> Int {
    let result = ZSTD_decompressDCtx(
      context, target.baseAddress, target.count, source.baseAddress, source.count)
    guard ZSTD_isError(result) == 0 else {
      throw .payload("the zstd frame is damaged: \(String(cString: ZSTD_getErrorName(result)))")
    }
    return result
  }
}
