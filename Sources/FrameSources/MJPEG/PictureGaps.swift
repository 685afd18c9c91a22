import FrameCore

/// Reads the data between two JPEG files of a stream: padding, part headers, and other bytes.
struct PictureGaps {
  struct Gap {
    enum End {
      case picture
      case stream
      /// More than the allowed number of bytes are neither padding nor headers.
      case limit
    }

    var end = End.stream
    /// Bytes that are neither padding (zeros, 0xFF, line ends) nor part headers.
    var otherBytes = 0
    /// Bytes of part headers.
    fileprivate var headerBytes = 0
    fileprivate var (hasBoundary, hasField) = (false, false)
    /// Whether the data after the gap belongs to the same part as the data before it.
    var isWithinPart: Bool { headerBytes == 0 && otherBytes == 0 }
  }

  var header = MultipartHeader()
  /// Bytes of the last part after its picture by its stated length, and whether there were any.
  private var partLeft = 0
  private var hasRest = false
  /// Whether the last part with more than a picture had the stated length.
  private var lengthsAreRight = false
  /// Most bytes after a picture that are skipped at once.
  private static let mostAtOnce = 8 << 20

  /// Starts the gap after a picture.
  /// - Parameters:
  ///   - partLength: the stated length of its part; `nil` for a picture in the same part as the previous one.
  ///   - count: bytes of the picture.
  mutating func begin(partLength: Int?, count: Int) {
    partLeft = max(0, (partLength ?? partLeft) - count)
    hasRest = partLeft > 0 || partLength == nil && hasRest
  }

  /// Skips the rest of a part after its picture (the other pictures of an MPO file, the video of a motion photo), where
  /// the previous part and this one have the stated lengths.
  private mutating func passRest(_ stream: ByteStream) throws(SourceError) {
    guard lengthsAreRight, partLeft > 0, partLeft <= Self.mostAtOnce else { return }
    let behind = try stream.peek(partLeft + 4).dropFirst(partLeft).drop { $0 == 0x0A || $0 == 0x0D }
    guard behind.isEmpty || behind.starts(with: "--".utf8) else { return }
    stream.skip(min(partLeft, try stream.peek(partLeft).count))
    (partLeft, hasRest) = (0, false)
  }

  /// Skips to the next picture.
  /// - Parameters:
  ///   - pictures: number of pictures so far.
  ///   - limit: most bytes to skip that are neither padding nor headers.
  mutating func skip(_ stream: ByteStream, pictures: Int, limit: Int) throws(SourceError) -> Gap {
    guard pictures == 1, !header.isMultipart else { return try read(stream, pictures, limit) }
    // Reading may have started within the first part: a whole header after the first picture shows that.
    var gap = try read(stream, pictures, limit)
    guard gap.headerBytes > 0 else { return gap }
    if gap.end != .picture || !gap.hasBoundary || !gap.hasField {
      gap.otherBytes += gap.headerBytes
      header = MultipartHeader()
    }
    return gap
  }

  private mutating func read(_ stream: ByteStream, _ pictures: Int, _ limit: Int) throws(SourceError) -> Gap {
    var gap = Gap()
    var lines = 0
    var isAtLine = true
    // A text for mail readers may precede the first boundary.
    var isPreamble = pictures == 0
    var isAmidFile = false
    try passRest(stream)
    let start = stream.offset
    while gap.otherBytes <= limit {
      let ahead = try stream.peek(1)
      guard let byte = ahead.first else {
        if endsPart(stream.offset - start) { gap.otherBytes = 0 }
        return gap
      }
      switch byte {
      case 0xFF:
        let ahead = try stream.peek(3)
        guard ahead.count >= 3, ahead[1] == 0xD8, ahead[2] == 0xFF else {
          if ahead.count > 1, (0xE0...0xEF).contains(ahead[1]) { isAmidFile = true }
          stream.skip(1)
          continue
        }
        // The skipped bytes may be a file whose start is damaged, with a thumbnail in it.
        guard isAmidFile, case .embedded(let end) = try Self.start(stream) else {
          gap.end = .picture
          partLeft = max(0, partLeft - (stream.offset - start))
          return gap
        }
        gap.otherBytes += end
        stream.skip(end)
      case 0, 0x0A, 0x0D:
        if byte == 0x0A { isAtLine = true }
        stream.skip(1)
      case 0x20...0x7E where isAtLine && lines < MultipartHeader.maximumLines:
        // Lines in the rest of a part after its picture are not headers.
        if stream.offset - start >= partLeft { lines += 1 }
        let offset = stream.offset - start
        let count = try Self.line(stream)
        let line = UnsafeRawBufferPointer(rebasing: try stream.peek(count)[..<count])
        switch count < MultipartHeader.maximumLine ? header.take(line, isFirst: pictures <= 1) : .other {
        case .boundary:
          gap.hasBoundary = true
          if hasRest {
            lengthsAreRight = endsPart(offset)
            if lengthsAreRight { gap.otherBytes = 0 }
          }
          (partLeft, hasRest) = (0, false)
          fallthrough
        case .field:
          gap.headerBytes += count
          if line.contains(UInt8(ascii: ":")) { gap.hasField = true }
          if isPreamble { gap.otherBytes = 0 }
          isPreamble = false
        case .other:
          gap.otherBytes += count
          // A line that ends in a non-text byte is not a line.
          if try stream.peek(count + 1).dropFirst(count).first ?? 0x0A != 0x0A { isAtLine = false }
        }
        stream.skip(count)
      default:
        gap.otherBytes += 1
        (isAtLine, isPreamble) = (false, false)
        stream.skip(1)
      }
    }
    gap.end = .limit
    return gap
  }

  /// Returns the kind of the next start-of-image marker.
  private static func start(_ stream: ByteStream) throws(SourceError) -> JPEGStart {
    var needs = 3
    while true {
      let ahead = try stream.peek(needs)
      let start = JPEGStart(ahead, 0, ahead.count < needs)
      guard case .unknown(let count) = start else { return start }
      needs = count
    }
  }

  /// Whether the last part has its stated length if it ends at this offset after its picture: bytes up to here belong
  /// to it.
  private func endsPart(_ offset: Int) -> Bool { hasRest && partLeft...partLeft + 2 ~= offset }

  /// Returns the length of the text up to the next line feed, non-text byte, or the longest allowed line.
  private static func line(_ stream: ByteStream) throws(SourceError) -> Int {
    var count = 0
    var ahead = try stream.peek(1)
    while count < MultipartHeader.maximumLine {
      if count == ahead.count {
        ahead = try stream.peek(count + 1)
        guard count < ahead.count else { break }
      }
      let byte = ahead[count]
      guard (0x20...0x7E).contains(byte) || (0x80...0xFE).contains(byte) || byte == 0x0D || byte == 0x09
      else { break }
      count += 1
    }
    return count
  }

  /// Removes the headers of the next part from the end of a picture without an end marker, where they were read as its
  /// data.
  mutating func takeHeaders(endOf buffer: inout FrameBuffer) {
    guard header.isMultipart, !header.boundary.isEmpty else { return }
    let most = MultipartHeader.maximumLine * 4
    let end = buffer.bytes.withUnsafeBytes { bytes in
      var at = max(0, bytes.count - most)
      let boundary = header.boundary
      while at + boundary.count <= bytes.count {
        let rest = bytes[at...]
        guard rest.first == boundary[0], at == 0 || bytes[at - 1] == 0x0A, rest.starts(with: boundary) else {
          at += 1
          continue
        }
        for line in rest.split(separator: 0x0A) {
          _ = header.take(UnsafeRawBufferPointer(rebasing: line), isFirst: false)
        }
        var end = at
        for byte in [UInt8(0x0A), 0x0D] where end > 0 && bytes[end - 1] == byte { end -= 1 }
        return end
      }
      return bytes.count
    }
    buffer.fill { _ in end }
  }
}
