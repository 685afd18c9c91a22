import FrameCore

/// Reads what lies between two JPEG files of a stream: padding, part headers, and what is neither.
struct PictureGaps {
  struct Gap {
    enum End {
      case picture
      case stream
      /// More bytes than allowed are neither padding nor headers.
      case limit
    }

    var end = End.stream
    /// Bytes that are neither padding (zeros, 0xFF, line ends) nor part headers.
    var otherBytes = 0
    /// Of part headers.
    fileprivate var headerBytes = 0
    fileprivate var (hasBoundary, hasField) = (false, false)
    /// Whether what comes behind it is of the same part as what came before.
    var isWithinPart: Bool { headerBytes == 0 && otherBytes == 0 }
  }

  var header = MultipartHeader()
  /// What the last part has behind its picture, if its length is right, and whether that was anything.
  private var partLeft = 0
  private var hasRest = false
  /// Whether the last part that had more than a picture ended where it said.
  private var lengthsAreRight = false
  /// Most bytes behind a picture that are passed over at once.
  private static let mostAtOnce = 8 << 20

  /// A picture has ended.
  /// - Parameters:
  ///   - partLength: what its part said; `nil` for a picture that began within the same part as the one before.
  ///   - count: its bytes.
  mutating func begin(partLength: Int?, count: Int) {
    partLeft = max(0, (partLength ?? partLeft) - count)
    hasRest = partLeft > 0 || partLength == nil && hasRest
  }

  /// Passes over what a part has behind its picture (the other pictures of an MPO file, the video of a motion photo),
  /// where the part before ended as it said and this one does.
  private mutating func passRest(_ stream: ByteStream) throws(SourceError) {
    guard lengthsAreRight, partLeft > 0, partLeft <= Self.mostAtOnce else { return }
    let behind = try stream.peek(partLeft + 4).dropFirst(partLeft).drop { $0 == 0x0A || $0 == 0x0D }
    guard behind.isEmpty || behind.starts(with: "--".utf8) else { return }
    stream.skip(min(partLeft, try stream.peek(partLeft).count))
    (partLeft, hasRest) = (0, false)
  }

  /// Goes to the next picture.
  /// - Parameters:
  ///   - pictures: how many came before.
  ///   - limit: most bytes to skip that are neither padding nor headers.
  mutating func skip(_ stream: ByteStream, pictures: Int, limit: Int) throws(SourceError) -> Gap {
    guard pictures == 1, !header.isMultipart else { return try read(stream, pictures, limit) }
    // A stream may have been joined within its first part: behind the first picture a whole header shows that.
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
    // Before the first boundary there may be a text for readers of mail.
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
        // What is skipped may be a file whose start is damaged, with a thumbnail in it.
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
        // Lines of what a part has behind its picture are no headers.
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
          // A line that is cut short by a byte that is no text is none.
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

  /// What the start-of-image marker is that comes next.
  private static func start(_ stream: ByteStream) throws(SourceError) -> JPEGStart {
    var needs = 3
    while true {
      let ahead = try stream.peek(needs)
      let start = JPEGStart(ahead, 0, ahead.count < needs)
      guard case .unknown(let count) = start else { return start }
      needs = count
    }
  }

  /// Whether the last part ends so far behind its picture, as it said: bytes up to here are its own.
  private func endsPart(_ offset: Int) -> Bool { hasRest && partLeft...partLeft + 2 ~= offset }

  /// Bytes of text up to the next line feed, byte that is no text, or the longest line there may be.
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

  /// Takes the headers of the next part off the end of a picture without an end marker, whose data they seemed to be.
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
