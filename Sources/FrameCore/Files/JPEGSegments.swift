/// Walks the marker segments of a JPEG file up to its first scan (ITU-T T.81, B.1.1), over what libjpeg, too, steps
/// over: fill bytes, and stray bytes that belong to no segment.
public struct JPEGSegments: ~Escapable {
  public struct Segment {
    /// The byte behind 0xFF.
    public let marker: UInt8
    /// From the marker's 0xFF to the segment's last byte, of the file; cut where the file ends.
    public let bytes: Range<Int>
    /// What follows the segment's length.
    public let data: Range<Int>

    /// Whether entropy-coded data follows.
    public var isScan: Bool { marker == 0xDA }
    /// Whether it tells the frame's size (SOFn).
    public var isFrame: Bool {
      (0xC0...0xCF).contains(marker) && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
    }
  }

  private let file: RawSpan
  private var at = 2
  private var isOver = false

  /// - Parameter file: begins with the start-of-image marker.
  @_lifetime(copy file)
  public init(_ file: RawSpan) { self.file = file }

  /// The next segment; the first scan's is the last.
  /// - Returns: `nil` behind it, at the end of the image and of the file.
  @_lifetime(self: copy self)
  public mutating func next() -> Segment? {
    while !isOver {
      while at < file.byteCount, file[at] != 0xFF { at += 1 }
      while at < file.byteCount, file[at] == 0xFF { at += 1 }
      guard at < file.byteCount else { break }
      let marker = file[at]
      at += 1
      switch marker {
      case 0x00, 0x01, 0xD0...0xD8: continue  // no marker, or one that stands alone
      case 0xD9: isOver = true
      default:
        guard at + 2 <= file.byteCount else { return nil }
        // A length counts its own two bytes: one below is read as if it did.
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
