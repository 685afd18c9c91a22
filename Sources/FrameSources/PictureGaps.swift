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
  }

  var header = MultipartHeader()
  /// What the last part had behind its picture, if its length is right.
  private var partLeft = 0

  /// A picture has ended.
  /// - Parameter partLeft: bytes that its part still has, by the length it said; below 0 when that is wrong.
  mutating func begin(partLeft: Int) { self.partLeft = max(0, partLeft) }

  /// Goes to the next picture.
  /// - Parameters:
  ///   - isFirst: whether no picture came before.
  ///   - limit: most bytes to skip that are neither padding nor headers.
  mutating func skip(_ stream: ByteStream, isFirst: Bool, limit: Int) throws(SourceError) -> Gap {
    var gap = Gap()
    var lines = 0
    var isAtLine = true
    // Before the first boundary there may be a text for readers of mail.
    var isPreamble = isFirst
    var isAmidFile = false
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
          return gap
        }
        gap.otherBytes += end
        stream.skip(end)
      case 0, 0x0A, 0x0D:
        if byte == 0x0A { isAtLine = true }
        stream.skip(1)
      case 0x20...0x7E where isAtLine && lines < MultipartHeader.maximumLines:
        lines += 1
        let offset = stream.offset - start
        let count = try Self.line(stream)
        let line = UnsafeRawBufferPointer(rebasing: try stream.peek(count)[..<count])
        switch count < MultipartHeader.maximumLine ? header.take(line, isFirst: isFirst) : .other {
        case .boundary:
          if endsPart(offset) { gap.otherBytes = 0 }
          fallthrough
        case .field:
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
  private func endsPart(_ offset: Int) -> Bool { partLeft > 0 && partLeft...partLeft + 2 ~= offset }

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
