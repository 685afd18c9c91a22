/// Reads the marker segments of a JPEG file up to its first scan (ITU-T T.81, B.1.1). Skips what libjpeg also skips:
/// fill bytes, and stray bytes that belong to no segment.
public struct JPEGSegments: ~Escapable {
  public struct Segment {
    /// The byte after 0xFF.
    public let marker: UInt8
    /// The range in the file from the marker's 0xFF to the segment's last byte, cut at the end of the file.
    public let bytes: Range<Int>
    /// The range after the segment's length field.
    public let data: Range<Int>

    /// Whether entropy-coded data follows.
    public var isScan: Bool { marker == 0xDA }
    /// Whether the segment states the frame's size (SOFn).
    public var isFrame: Bool {
      (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
    }
  }

  private let file: RawSpan
  private var at = 2
  private var isOver = false

  /// - Parameter file: starts with the start-of-image marker.
  @_lifetime(copy file)
  public init(_ file: RawSpan) { self.file = file }

  /// Returns the next segment. The first scan's segment is the last one.
  /// - Returns: `nil` after it, at the end of the image and at the end of the file.
  @_lifetime(self: copy self)
  public mutating func next() -> Segment? {
    while !isOver {
      while at < file.byteCount, file[at] != 0xFF { at += 1 }
      while at < file.byteCount, file[at] == 0xFF { at += 1 }
      guard at < file.byteCount else { break }
      let marker = file[at]
      at += 1
      switch marker {
      case 0x00, 0x01, 0xD0...0xD8: continue  // no marker, or one without a length
      case 0xD9: isOver = true
      default:
        guard at + 2 <= file.byteCount else { return nil }
        // A length includes its own two bytes; a smaller length is read as 2.
        let length = max(2, Int(file[at]) << 8 | Int(file[at + 1]))
        let start = at - 2
        let end = min(at + length, file.byteCount)
        let data = min(at + 2, end)..<end
        at = end
        isOver = marker == 0xDA
        return Segment(marker: marker, bytes: start..<end, data: data)
      }
    }
    return nil
  }
}
