package import FrameCore

/// The layout of a frame's planes, and the meaning of their samples: tight, in the order Y, Cb, Cr, alpha.
package struct YUVFormat: Sendable, Equatable {
  /// The pixels that share a chroma sample.
  package enum Sampling: Sendable, Equatable {
    /// Luma alone.
    case mono
    /// 2 x 2 pixels
    case yuv420
    /// 2 x 1
    case yuv422
    /// 4 x 1
    case yuv411
    /// 1 x 2
    case yuv440
    case yuv444

    /// Pixels per chroma sample along x, as a power of two.
    var shiftX: Int {
      switch self {
      case .yuv420, .yuv422: 1
      case .yuv411: 2
      case .mono, .yuv440, .yuv444: 0
      }
    }

    /// The same along y.
    var shiftY: Int { self == .yuv420 || self == .yuv440 ? 1 : 0 }
  }

  package var sampling: Sampling
  /// Bits per sample, 8 to 16. Above 8 a sample has two bytes, little-endian, with the value in the low bits.
  package var bitDepth: Int
  /// Whether a plane of alpha follows, which is dropped.
  package var hasAlpha: Bool
  package var matrix: ColorMatrix
  /// Whether samples use all values (JPEG) instead of 16...235 for luma and 16...240 for chroma, in 8 bits.
  package var isFullRange: Bool

  package init(
    _ sampling: Sampling, bitDepth: Int = 8, hasAlpha: Bool = false, matrix: ColorMatrix = .bt601,
    isFullRange: Bool = false
  ) {
    precondition((8...16).contains(bitDepth), "samples have 8 to 16 bits")
    self.sampling = sampling
    self.bitDepth = bitDepth
    self.hasAlpha = hasAlpha
    self.matrix = matrix
    self.isFullRange = isFullRange
  }

  var bytesPerSample: Int { bitDepth > 8 ? 2 : 1 }

  /// px; a single last column has a chroma sample of its own.
  func chromaWidth(_ width: Int) -> Int {
    sampling == .mono ? 0 : (width + (1 << sampling.shiftX) - 1) >> sampling.shiftX
  }

  func chromaHeight(_ height: Int) -> Int {
    sampling == .mono ? 0 : (height + (1 << sampling.shiftY) - 1) >> sampling.shiftY
  }

  /// Returns the bytes of a frame, all planes.
  /// - Parameter size: within limits: overflow is not checked.
  package func byteCount(_ size: FrameSize) -> Int {
    let luma = size.width * size.height
    let chroma = chromaWidth(size.width) * chromaHeight(size.height)
    return (luma * (hasAlpha ? 2 : 1) + 2 * chroma) * bytesPerSample
  }

  /// The pixel format of such a frame in records.
  package var wireFormat: PixelFormat {
    switch sampling {
    case .mono: .mono8
    case .yuv420: .i420
    case .yuv422, .yuv411, .yuv440, .yuv444: .rgb8
    }
  }

  /// Whether the planes have the order of the record, with no other samples between them.
  var isPacked: Bool { !hasAlpha && (sampling == .mono || sampling == .yuv420) }

  /// Whether the planes are those of the record, byte for byte.
  var isOnWire: Bool {
    guard bitDepth == 8, !hasAlpha else { return false }
    return switch sampling {
    case .mono: isFullRange
    case .yuv420: matrix == .bt601 && !isFullRange
    case .yuv422, .yuv411, .yuv440, .yuv444: false
    }
  }
}
