/// The turn that a stored image needs to be upright: EXIF tag 0x0112.
public enum FrameOrientation: Int, Sendable, Equatable, CaseIterable {
  case upright = 1
  case mirrored
  case upsideDown
  case mirroredUpsideDown
  /// Rows and columns are swapped.
  case transposed
  /// Needs a turn clockwise by 90 degrees.
  case clockwise
  case transverse
  /// Needs a turn counterclockwise by 90 degrees.
  case counterclockwise

  /// Whether width and height are swapped.
  public var swapsSides: Bool { rawValue >= Self.transposed.rawValue }

  /// Whether upright columns run in the opposite direction of their stored axis (rows, where sides are swapped).
  public var reversesX: Bool {
    switch self {
    case .mirrored, .upsideDown, .clockwise, .transverse: true
    default: false
    }
  }

  /// Whether upright rows run in the opposite direction of their stored axis (columns, where sides are swapped).
  public var reversesY: Bool {
    switch self {
    case .upsideDown, .mirroredUpsideDown, .transverse, .counterclockwise: true
    default: false
    }
  }

  /// The size after turning.
  public func upright(_ size: FrameSize) -> FrameSize {
    swapsSides ? FrameSize(checkedWidth: size.height, height: size.width) : size
  }

  /// How the orientation that a file states is used.
  public enum Policy: String, Sendable, CaseIterable {
    /// Frames are turned as EXIF says, as OpenCV and browsers do.
    case exif
    /// Frames stay as they are stored, as Pillow leaves them.
    case stored
  }

  /// Reads the orientation of a JPEG file from its EXIF segment. Damaged or missing data gives `upright`, as in every
  /// viewer.
  public init(jpeg bytes: RawSpan) {
    self = Self.stated(bytes) ?? .upright
  }

  private static func stated(_ bytes: RawSpan) -> FrameOrientation? {
    var segments = JPEGSegments(bytes)
    // EXIF comes before the scan (CIPA DC-008 4.5.4).
    while let segment = segments.next() {
      if segment.marker == 0xE1, let found = EXIFSegment(bytes, segment.data) { return found.orientation }
    }
    return nil
  }
}

extension PixelLayout {
  /// The tight layout of the same pixels after turning.
  public func turned(_ orientation: FrameOrientation) -> PixelLayout {
    let upright = orientation.upright(size)
    return PixelLayout(checkedWidth: upright.width, height: upright.height, format: format)
  }
}

/// The TIFF structure in an APP1 segment.
private struct EXIFSegment: ~Escapable {
  private let bytes: RawSpan
  /// The position in `bytes` that offsets are relative to.
  private let start: Int
  private let end: Int
  private let isLittleEndian: Bool

  /// - Returns: `nil` for a segment that is not EXIF.
  @_lifetime(copy bytes)
  init?(_ bytes: RawSpan, _ range: Range<Int>) {
    let signature: [6 of UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]  // "Exif", 0, 0
    guard range.count >= 14 else { return nil }
    for i in 0..<6 where bytes[range.lowerBound + i] != signature[i] { return nil }
    self.bytes = bytes
    start = range.lowerBound + 6
    end = range.upperBound
    isLittleEndian = bytes[range.lowerBound + 6] == 0x49
  }

  var orientation: FrameOrientation? {
    guard let first = number(4, bytes: 4), let count = number(first, bytes: 2) else { return nil }
    for entry in 0..<count {
      let at = first + 2 + 12 * entry
      guard let tag = number(at, bytes: 2) else { return nil }
      if tag == 0x0112 { return number(at + 8, bytes: 2).flatMap(FrameOrientation.init(rawValue:)) }
    }
    return nil
  }

  /// - Returns: `nil` beyond the segment.
  private func number(_ offset: Int, bytes count: Int) -> Int? {
    guard offset >= 0, offset <= end - start - count else { return nil }
    var value = 0
    for i in 0..<count {
      value = value << 8 | Int(bytes[start + offset + (isLittleEndian ? count - 1 - i : i)])
    }
    return value
  }
}
