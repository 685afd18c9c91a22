/// Reads a NUT stream of one video: first its size, then frame by frame.
final class NUTReader {
  /// A frame whose bytes are next in the stream.
  struct Frame {
    /// Time from the stream's zero, ns.
    let time: Int64
    /// Omitted bytes that precede those in the stream.
    let prefix: [UInt8]
    /// Bytes in the stream.
    let size: Int
  }

  private let stream: ByteStream
  private(set) var header: NUTHeader
  /// Ticks of the last frame.
  private var last = 0

  /// Longest data between frames, bytes: headers, file metadata, the index after the last frame.
  private static let longestPacket = 64 << 20
  /// Longest start of a frame, bytes: seven numbers.
  private static let longestStart = 96

  private enum StartCode: UInt64 {
    case main = 0x4E4D_7A56_1F5F_04AD
    case stream = 0x4E53_1140_5BF2_F9DB
    case syncPoint = 0x4E4B_E4AD_EECA_4569
    case index = 0x4E58_DD67_2F23_E64E
    case info = 0x4E49_AB68_B596_BA78
  }

  /// Reads up to the stream's header.
  /// - Returns: `nil` when the stream ends before it.
  init?(_ stream: ByteStream) throws(SourceError) {
    self.stream = stream
    let start = try stream.peek(NUTHeader.magic.count)
    guard start.count >= NUTHeader.magic.count else { return nil }
    guard start.prefix(NUTHeader.magic.count).elementsEqual(NUTHeader.magic) else {
      throw .malformed(stream.path, problem: "the output of ffmpeg is not a NUT stream")
    }
    stream.skip(NUTHeader.magic.count)
    guard let main = try Self.packet(stream) else { return nil }
    guard main.code == .main, let header = NUTHeader(main: main.bytes)
    else { throw Self.damaged(stream) }
    self.header = header
    stream.skip(main.length)
    while let packet = try Self.packet(stream) {
      if packet.code == .stream {
        guard self.header.takeStream(packet.bytes) else { throw Self.damaged(stream) }
        stream.skip(packet.length)
        return
      }
      stream.skip(packet.length)
    }
    return nil
  }

  /// - Returns: the next frame; `nil` at the end of the stream.
  func next() throws(SourceError) -> Frame? {
    while true {
      let ahead = try stream.peek(1)
      guard let first = ahead.first else { return nil }
      guard first == 0x4E else { return try frame(Int(first)) }
      guard let packet = try Self.packet(stream) else { return nil }
      if packet.code == .syncPoint {
        var numbers = NUTNumbers(packet.bytes)
        // With one time base this is the time itself.
        guard let time = numbers.number() else { throw Self.damaged(stream) }
        last = time
      }
      stream.skip(packet.length)
    }
  }

  private func frame(_ code: Int) throws(SourceError) -> Frame? {
    var numbers = NUTNumbers(try stream.peek(Self.longestStart))
    _ = numbers.byte()
    let entry = header.codes[code]
    guard let (time, size, elided) = start(entry, &numbers) else {
      // Truncated inside the frame, or damaged.
      guard try stream.peek(Self.longestStart).count < Self.longestStart else { throw Self.damaged(stream) }
      return nil
    }
    stream.skip(numbers.position)
    last = time
    let elidedBytes = header.elided[elided]
    return Frame(time: nanoseconds(time), prefix: elidedBytes, size: size - elidedBytes.count)
  }

  private func nanoseconds(_ ticks: Int) -> Int64 {
    let seconds = Double(ticks) * Double(header.tick.over) / Double(header.tick.under)
    return Int64(min(max(seconds * 1e9, -4e18), 4e18).rounded())
  }

  /// Returns the numbers before a frame's bytes.
  private func start(
    _ entry: NUTHeader.FrameCode, _ numbers: inout NUTNumbers
  ) -> (time: Int, size: Int, elided: Int)? {
    var flags = entry.flags
    guard flags & NUTHeader.Flag.invalid == 0 else { return nil }
    if flags & NUTHeader.Flag.coded != 0 {
      guard let coded = numbers.number() else { return nil }
      flags ^= coded
    }
    if flags & NUTHeader.Flag.stream != 0 { guard numbers.number() == 0 else { return nil } }
    var time = last + entry.timeStep
    if flags & NUTHeader.Flag.time != 0 {
      guard let coded = numbers.number() else { return nil }
      time = fullTime(coded)
    }
    var size = entry.size
    if flags & NUTHeader.Flag.size != 0 {
      guard let high = numbers.number(), high <= 1 << 40, entry.sizeFactor <= 1 << 16 else { return nil }
      size += high * entry.sizeFactor
    }
    if flags & NUTHeader.Flag.matchTime != 0 { guard numbers.signed() != nil else { return nil } }
    var elided = entry.elided
    if flags & NUTHeader.Flag.elided != 0 {
      guard let index = numbers.number() else { return nil }
      elided = index
    }
    var reserved = entry.reserved
    if flags & NUTHeader.Flag.reserved != 0 {
      guard let count = numbers.number() else { return nil }
      reserved = count
    }
    guard reserved <= 8, flags & NUTHeader.Flag.sideData == 0 else { return nil }
    for _ in 0..<reserved { guard numbers.number() != nil else { return nil } }
    if flags & NUTHeader.Flag.checksum != 0 { guard numbers.skip(4) else { return nil } }
    guard header.elided.indices.contains(elided), size >= header.elided[elided].count, size <= 1 << 40,
      abs(time) < 1 << 60
    else { return nil }
    return (time, size, elided)
  }

  /// Returns the time with these low bits that is nearest to the last one.
  private func fullTime(_ coded: Int) -> Int {
    let range = 1 << header.shortTimeBits
    guard coded < range else { return coded - range }
    let least = last - (range - 1) / 2
    return ((coded - least) & (range - 1)) + least
  }

  /// A packet other than a frame, not skipped yet.
  private struct Packet {
    let code: StartCode?
    /// The bytes after its length, including the checksum at the end.
    let bytes: UnsafeRawBufferPointer
    /// Length of the whole packet, bytes.
    let length: Int
  }

  /// - Returns: `nil` when the stream ends inside the packet.
  private static func packet(_ stream: ByteStream) throws(SourceError) -> Packet? {
    let ahead = try stream.peek(24)
    guard ahead.count >= 10 else { return nil }
    let code = UInt64(bigEndian: ahead.loadUnaligned(as: UInt64.self))
    var numbers = NUTNumbers(UnsafeRawBufferPointer(rebasing: ahead[8...]))
    guard let length = numbers.number(), length <= longestPacket else { throw damaged(stream) }
    // The start of a long packet has a checksum of its own.
    let start = 8 + numbers.position + (length > 4096 ? 4 : 0)
    guard let known = StartCode(rawValue: code), known != .info, known != .index else {
      // Not needed, and may be longer than the lookahead.
      var left = start + length
      while left > 1 << 16 {
        let some = try stream.peek(1).count
        guard some > 0 else { return nil }
        let step = min(some, left - 1)
        stream.skip(step)
        left -= step
      }
      guard try stream.peek(left).count >= left else { return nil }
      return Packet(code: nil, bytes: UnsafeRawBufferPointer(start: nil, count: 0), length: left)
    }
    guard start + length <= 1 << 16 else { throw damaged(stream) }
    let whole = try stream.peek(start + length)
    guard whole.count >= start + length else { return nil }
    return Packet(
      code: known, bytes: UnsafeRawBufferPointer(rebasing: whole[start..<start + length]),
      length: start + length)
  }

  private static func damaged(_ stream: ByteStream) -> SourceError {
    .malformed(stream.path, problem: "the stream from ffmpeg is damaged at byte \(stream.offset)")
  }
}
