/// The shape of one frame's pixels: size, format and row stride, checked against overflow and limits.
public struct PixelLayout: Sendable, Equatable {
  /// Pixels in a row.
  public let width: Int
  /// Rows.
  public let height: Int
  public let format: PixelFormat
  /// Bytes from one row of the first plane to the next. Planes of `i420` are always tight.
  public let stride: Int

  /// Above any limit that a user sets: up to this count, no number of bytes overflows.
  private static let mostPixels = Int.max / 64

  /// - Parameters:
  ///   - stride: bytes a row; `nil` for tight rows.
  /// - Throws: ``LayoutError`` when a side is not positive, the stride is shorter than a row, or the
  ///   frame is larger than `limits` allow. Nothing is allocated before this check.
  public init(
    width: Int, height: Int, format: PixelFormat, stride: Int? = nil, limits: FrameLimits = .standard
  ) throws(LayoutError) {
    guard width > 0, height > 0 else { throw .notPositive(width: width, height: height) }
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    let limit = min(limits.maximumPixels, Self.mostPixels)
    guard !overflow, pixels <= limit else {
      throw .tooManyPixels(width: width, height: height, limit: limit)
    }
    let row = width * format.bytesPerPixel
    let stride = stride ?? row
    guard stride >= row, format != .i420 || stride == row, stride - row <= limits.maximumRowPadding else {
      throw .badStride(stride, row: row)
    }
    guard !stride.multipliedReportingOverflow(by: height).overflow else {
      throw .tooManyPixels(width: width, height: height, limit: limit)
    }
    self.width = width
    self.height = height
    self.format = format
    self.stride = stride
  }

  /// Bytes of pixel data in one row of the first plane, without padding.
  public var rowBytes: Int { width * format.bytesPerPixel }

  /// Width of a chroma plane of `i420`, px.
  public var chromaWidth: Int { (width + 1) / 2 }
  /// Height of a chroma plane of `i420`, px.
  public var chromaHeight: Int { (height + 1) / 2 }

  /// Bytes of the frame: whole strides, all planes.
  public var byteCount: Int {
    format == .i420 ? width * height + 2 * chromaWidth * chromaHeight : stride * height
  }

  /// Whether rows follow each other without padding.
  public var isTight: Bool { stride == rowBytes }

  /// Returns the tight layout of the same size in another format.
  public func with(format: PixelFormat) -> PixelLayout {
    PixelLayout(checkedWidth: width, height: height, format: format)
  }

  /// Returns the tight layout of another size in the same format. The size must not exceed this one.
  public func with(size: FrameSize) -> PixelLayout {
    precondition(size.width <= width && size.height <= height, "sizes that grow are checked first")
    return PixelLayout(checkedWidth: size.width, height: size.height, format: format)
  }

  init(checkedWidth width: Int, height: Int, format: PixelFormat) {
    self.width = width
    self.height = height
    self.format = format
    self.stride = width * format.bytesPerPixel
  }
}

extension PixelLayout: CustomStringConvertible {
  public var description: String { "\(width)x\(height) \(format.rawValue)" }
}

/// Bounds that untrusted sizes are checked against before memory is allocated for them.
public struct FrameLimits: Sendable, Equatable {
  /// Largest `width * height`, px.
  public var maximumPixels: Int
  /// Largest payload or image file, bytes.
  public var maximumPayload: Int
  /// Largest padding at the end of a row, bytes.
  public var maximumRowPadding: Int
  /// Most scans of a JPEG file. A progressive file of a few kilobytes can hold thousands, each a pass over all pixels;
  /// encoders write about 10, the most thorough optimisers about 30. 1 refuses progressive files.
  public var maximumScans: Int

  public init(
    maximumPixels: Int = 100_000_000, maximumPayload: Int = 1_000_000_000, maximumRowPadding: Int = 65_536,
    maximumScans: Int = 64
  ) {
    self.maximumPixels = maximumPixels
    self.maximumPayload = maximumPayload
    self.maximumRowPadding = maximumRowPadding
    self.maximumScans = maximumScans
  }

  public static let standard = FrameLimits()
}

/// Why a frame size cannot be used.
public enum LayoutError: Error, Sendable, Equatable, CustomStringConvertible {
  case notPositive(width: Int, height: Int)
  case tooManyPixels(width: Int, height: Int, limit: Int)
  case badStride(Int, row: Int)

  public var description: String {
    switch self {
    case .notPositive(let width, let height):
      "frame size \(width)x\(height): both sides must be at least 1 px"
    case .tooManyPixels(let width, let height, let limit):
      "frame size \(width)x\(height) is above the limit of \(limit) pixels"
    case .badStride(let stride, let row):
      "row stride of \(stride) bytes does not fit rows of \(row) bytes"
    }
  }
}
