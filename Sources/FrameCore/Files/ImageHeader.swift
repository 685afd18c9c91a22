/// The kind, size and channels that the first bytes of an image file state. Nothing is decoded.
public struct ImageHeader: Sendable, Equatable {
  /// `.jpeg` or `.png`.
  public let kind: FrameContent.Kind
  /// px
  public let width: Int
  /// px
  public let height: Int
  /// Colour channels in the file: 1 grey, 3 colour, 4 CMYK (JPEG) or colour with alpha (PNG).
  public let channels: Int

  /// Returns the content of the file: its size, and the format to decode to, grey or colour.
  public func content(limits: FrameLimits = .standard) throws(LayoutError) -> FrameContent {
    let format: PixelFormat = channels == 1 ? .mono8 : .rgb8
    return FrameContent(kind, try PixelLayout(width: width, height: height, format: format, limits: limits))
  }

  /// Returns `nil` when the bytes are neither a JPEG nor a PNG file, or end before the size.
  public init?(_ bytes: RawSpan) {
    if ImageHeader.isJPEG(bytes) {
      guard let frame = ImageHeader.jpegFrameHeader(bytes) else { return nil }
      (width, height, channels) = frame
      kind = .jpeg
    } else if ImageHeader.isPNG(bytes) {
      guard let frame = ImageHeader.pngHeader(bytes) else { return nil }
      (width, height, channels) = frame
      kind = .png
    } else {
      return nil
    }
  }

  /// Whether the bytes start as every JPEG file does (SOI, then a marker).
  public static func isJPEG(_ bytes: RawSpan) -> Bool {
    bytes.byteCount >= 4 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF
  }

  /// Whether the bytes start with the PNG signature.
  public static func isPNG(_ bytes: RawSpan) -> Bool {
    let signature: [8 of UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    guard bytes.byteCount >= 8 else { return false }
    for i in 0..<8 where bytes[i] != signature[i] { return false }
    return true
  }

  /// Returns size and components from the first SOFn (ITU-T T.81, B.2.2), which must come before a scan.
  private static func jpegFrameHeader(_ bytes: RawSpan) -> (Int, Int, Int)? {
    var segments = JPEGSegments(bytes)
    while let segment = segments.next() {
      guard !segment.isScan else { return nil }
      guard segment.isFrame else { continue }
      guard segment.data.count >= 6 else { return nil }
      let at = segment.data.lowerBound
      return (bytes.bigEndian16(at: at + 3), bytes.bigEndian16(at: at + 1), Int(bytes[at + 5]))
    }
    return nil
  }

  /// IHDR is always the first chunk (PNG specification, 11.2.2).
  private static func pngHeader(_ bytes: RawSpan) -> (Int, Int, Int)? {
    guard bytes.byteCount >= 26, bytes.bigEndian32(at: 12) == 0x4948_4452 else { return nil }
    let channels: Int
    switch bytes[25] {
    case 0: channels = 1
    case 2, 3: channels = 3
    case 4: channels = 1
    case 6: channels = 4
    default: return nil
    }
    return (bytes.bigEndian32(at: 16), bytes.bigEndian32(at: 20), channels)
  }
}

extension RawSpan {
  /// The byte at an offset. Traps outside the span, like an array.
  public subscript(_ offset: Int) -> UInt8 {
    unsafeLoad(fromByteOffset: offset)
  }

  private func unsafeLoad(fromByteOffset offset: Int) -> UInt8 {
    precondition(offset >= 0 && offset < byteCount, "byte offset out of bounds")
    return unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  fileprivate func bigEndian16(at offset: Int) -> Int {
    Int(self[offset]) << 8 | Int(self[offset + 1])
  }

  fileprivate func bigEndian32(at offset: Int) -> Int {
    bigEndian16(at: offset) << 16 | bigEndian16(at: offset + 2)
  }
}
