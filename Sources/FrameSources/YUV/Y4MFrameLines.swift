import FrameCore

/// Reads the lines `FRAME`, with or without parameters, between the frames of a y4m stream.
struct Y4MFrameLines {
  enum Line {
    case frame
    case end
    /// Something else, which is not consumed.
    case other
  }

  private static let word = Array("FRAME".utf8)
  /// Longest line accepted, bytes.
  private static let maximum = 4096
  /// Longest line accepted where the stream is damaged, bytes.
  private static let plausible = 256

  private let stream: ByteStream
  /// Bytes of the planes after a line.
  private let frameBytes: Int
  /// The stream's own first line: concatenated files repeat it.
  private let header: [UInt8]

  init(_ stream: ByteStream, frameBytes: Int, header: String) {
    self.stream = stream
    self.frameBytes = frameBytes
    self.header = Array((header + "\n").utf8)
  }

  /// Bytes from one frame to the next, for lines without parameters.
  var span: Int { Self.word.count + 1 + frameBytes }

  /// Reads a line.
  func take() throws(SourceError) -> Line {
    var ahead = try stream.peek(Self.word.count + 1)
    while isHeader(ahead), try stream.peek(header.count).starts(with: header) {
      stream.skip(header.count)
      ahead = try stream.peek(Self.word.count + 1)
    }
    guard ahead.count > 0 else { return .end }
    guard Self.begins(ahead) else { return .other }
    // Few lines have parameters: more is read only then, because a pipe may not have it yet.
    var length = Self.length(ahead, Self.maximum)
    while length == nil, ahead.count < Self.maximum {
      let known = ahead.count
      ahead = try stream.peek(known + 1)
      guard ahead.count > known else { break }
      length = Self.length(ahead, Self.maximum)
    }
    guard let length else { return .other }
    stream.skip(length)
    return .frame
  }

  /// Whether a frame starts here, or the stream ends.
  func isNext() throws(SourceError) -> Bool {
    let ahead = try stream.peek(Self.word.count + 1)
    return ahead.isEmpty || Self.begins(ahead) || isHeader(ahead)
  }

  private func isHeader(_ start: UnsafeRawBufferPointer) -> Bool {
    start.count > Self.word.count && start.starts(with: header.prefix(Self.word.count + 1))
  }

  /// Skips to the next line that is followed by a whole frame and then by another line, or the end.
  /// - Returns: bytes skipped; all remaining ones where there is no such line.
  func findNext() throws(SourceError) -> (bytes: Int, isFound: Bool) {
    var skipped = 0
    func skip(_ count: Int) {
      stream.skip(count)
      skipped += count
    }
    while true {
      let ahead = try stream.peek(Self.plausible + frameBytes + Self.word.count + 1)
      guard let found = Self.find(ahead) else {
        // The start of the line may be at the end of the available bytes.
        let isAll = ahead.count <= Self.plausible + frameBytes
        skip(isAll ? ahead.count : ahead.count - Self.word.count)
        if isAll, try stream.peek(1).isEmpty { return (skipped, false) }
        continue
      }
      if found > 0 {
        skip(found)
        continue
      }
      if let length = Self.length(ahead, Self.plausible), ahead.count >= length + frameBytes {
        let behind = UnsafeRawBufferPointer(rebasing: ahead[(length + frameBytes)...])
        if behind.isEmpty || Self.begins(behind) { return (skipped, true) }
      }
      skip(1)
    }
  }

  /// Whether a line starts within a frame: in pixels that is very unlikely.
  static func isWithin(_ planes: UnsafeRawBufferPointer) -> Bool { find(planes) != nil }

  /// Returns the length of a line, including its line feed.
  private static func length(_ bytes: UnsafeRawBufferPointer, _ limit: Int) -> Int? {
    bytes.prefix(limit).firstIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
  }

  private static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.count > word.count && bytes.starts(with: word) && isEnd(bytes[word.count])
  }

  private static func isEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: " ")
  }

  /// Returns the offset of the first line.
  private static func find(_ bytes: UnsafeRawBufferPointer) -> Int? {
    var at = 0
    while at + word.count < bytes.count {
      // Of two overlapping pairs of letters one is at an even offset: 16 bytes are compared at once.
      let block = UnsafeRawBufferPointer(rebasing: bytes[at...].prefix(4096 + word.count))
      if mayHold(block) {
        for offset in 0..<block.count - word.count
        where block[offset] == word[0] && begins(UnsafeRawBufferPointer(rebasing: block[offset...])) {
          return at + offset
        }
      }
      at += 4096
    }
    return nil
  }

  /// Returns false where the block certainly does not contain the start of a line.
  private static func mayHold(_ block: UnsafeRawBufferPointer) -> Bool {
    guard let base = block.baseAddress, block.count >= 16 else { return true }
    let fr = SIMD8<UInt16>(repeating: UInt16(littleEndian: 0x5246))
    let ra = SIMD8<UInt16>(repeating: UInt16(littleEndian: 0x4152))
    var seen = SIMDMask<SIMD8<Int16>>(repeating: false)
    var at = 0
    while at + 16 <= block.count {
      let pairs = base.loadUnaligned(fromByteOffset: at, as: SIMD8<UInt16>.self)
      seen = seen .| (pairs .== fr) .| (pairs .== ra)
      at += 16
    }
    guard !any(seen) else { return true }
    // The remaining bytes, with the pair before them.
    let pairs = base.loadUnaligned(fromByteOffset: block.count - 16, as: SIMD8<UInt16>.self)
    let odd = base.loadUnaligned(fromByteOffset: max(0, block.count - 17), as: SIMD8<UInt16>.self)
    return any((pairs .== fr) .| (pairs .== ra) .| (odd .== fr) .| (odd .== ra))
  }
}
