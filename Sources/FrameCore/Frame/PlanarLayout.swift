/// The memory layout of the samples of one component of a frame, one byte each.
public struct SamplePlane: Sendable, Equatable {
  /// Bytes from the start of the frame.
  public var offset: Int
  /// Bytes from one row to the next.
  public var stride: Int
  /// Samples in a row.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Pixels of the frame per sample, along x.
  public var spacingX: Int
  /// The same along y.
  public var spacingY: Int
  /// The frame column at which the first sample's pixels start: below 0 where a turned frame starts with samples that
  /// cover fewer than `spacingX` columns.
  public var originX = 0
  /// The same along y.
  public var originY = 0
  /// Rows in memory: `height`, or fewer where each new row overwrites an older one.
  public var rowsKept: Int

  public init(offset: Int, stride: Int, width: Int, height: Int, spacingX: Int, spacingY: Int) {
    self.offset = offset
    self.stride = stride
    self.width = width
    self.height = height
    self.spacingX = spacingX
    self.spacingY = spacingY
    rowsKept = height
  }
}

/// A frame as luma and chroma planes, each in its own resolution: the state of a JPEG decoder before it upsamples
/// chroma and converts colours.
///
/// Full-range BT.601 (JFIF). A sample is centred on the pixels it covers.
public struct PlanarLayout: Sendable, Equatable {
  public struct Chroma: Sendable, Equatable {
    /// Cb
    public var blue: SamplePlane
    /// Cr
    public var red: SamplePlane

    public init(blue: SamplePlane, red: SamplePlane) {
      self.blue = blue
      self.red = red
    }
  }

  /// Size of the whole frame, px: the unit of `spacingX` and `spacingY`.
  public var size: FrameSize
  public var luma: SamplePlane
  /// `nil` for a grey frame, or where colour is not wanted.
  public var chroma: Chroma?

  public init(size: FrameSize, luma: SamplePlane, chroma: Chroma?) {
    self.size = size
    self.luma = luma
    self.chroma = chroma
  }
}

extension SamplePlane {
  /// The first byte after the plane's last row.
  var end: Int { offset + (rowsKept - 1) * stride + width }

  /// Returns the start of a row, bytes from the first byte of the frame.
  @inline(__always)
  public func start(_ row: Int) -> Int { offset + (row < rowsKept ? row : row % rowsKept) * stride }
}

/// The layout of decoded samples: interleaved pixels or planes.
public enum DecodedLayout: Sendable, Equatable {
  case pixels(PixelLayout)
  case planes(PlanarLayout)

  /// Bytes from the first to the last byte of the frame.
  public var byteCount: Int {
    switch self {
    case .pixels(let layout): layout.byteCount
    case .planes(let layout): max(layout.luma.end, layout.chroma?.blue.end ?? 0, layout.chroma?.red.end ?? 0)
    }
  }
}
