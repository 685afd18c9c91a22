/// The main and stream header of a NUT stream, the container that ffmpeg writes here: it alone holds raw pictures of
/// any layout with their exact times, and can be read from a pipe.
///
/// Follows the NUT open container format, version 3 (ffmpeg.org/~michael/nut.txt): numbers are big-endian groups of 7
/// bits, with the highest bit set in all but the last.
struct NUTHeader {
  /// The meaning of a frame code: the properties of a frame that its own bytes need not state.
  struct FrameCode {
    var flags = 0
    var sizeFactor = 1
    var size = 0
    var timeStep = 0
    var reserved = 0
    var elided = 0
  }

  /// The properties that a frame's bytes state themselves.
  enum Flag {
    static let time = 8
    static let stream = 16
    static let size = 32
    static let checksum = 64
    static let reserved = 128
    static let sideData = 256
    static let elided = 1024
    static let matchTime = 2048
    static let coded = 4096
    static let invalid = 8192
  }

  static let magic = Array("nut/multimedia container\0".utf8)
  /// The length of a tick: `tick.over / tick.under` s.
  private(set) var tick = (over: 1, under: 1)
  private(set) var codes: [FrameCode] = []
  /// Byte strings with which frames may start, and which are then omitted from the stream.
  private(set) var elided: [[UInt8]] = [[]]
  /// Bits of an abbreviated time.
  private(set) var shortTimeBits = 0
  /// px
  private(set) var width = 0
  private(set) var height = 0

  /// - Parameter bytes: the main header after its length.
  /// - Returns: `nil` unless there is one stream and one time base.
  init?(main bytes: UnsafeRawBufferPointer) {
    var reader = NUTNumbers(bytes)
    guard let version = reader.number(), (2...4).contains(version) else { return nil }
    if version > 3 { _ = reader.number() }
    guard reader.number() == 1, reader.number() != nil, reader.number() == 1, let over = reader.number(),
      let under = reader.number(), (1...Int(Int32.max)).contains(over), (1...Int(Int32.max)).contains(under),
      readCodes(&reader), readElided(&reader)
    else { return nil }
    tick = (over, under)
  }

  private mutating func readCodes(_ reader: inout NUTNumbers) -> Bool {
    var code = FrameCode()
    while codes.count < 256 {
      guard let flags = reader.number(), let fields = reader.number(), fields < 64 else { return false }
      code.flags = flags
      code.size = 0
      code.reserved = 0
      var count: Int?
      for field in 0..<fields {
        // Time step and time match are signed.
        guard let value = field == 0 || field == 6 ? reader.signed() : reader.number() else { return false }
        switch field {
        case 0: code.timeStep = value
        case 1: code.sizeFactor = value
        case 3: code.size = value
        case 4: code.reserved = value
        case 5: count = value
        case 7: code.elided = value
        default: break  // the stream, of which there is one; additions of later versions
        }
      }
      let repeats = count ?? code.sizeFactor - code.size
      guard repeats > 0, code.size <= 1 << 40, code.sizeFactor <= 1 << 40 else { return false }
      for step in 0..<min(repeats, 256) where codes.count < 256 {
        // 'N' starts headers and is not a frame code.
        if codes.count == 0x4E { codes.append(FrameCode(flags: Flag.invalid)) }
        var one = code
        one.size += step
        codes.append(one)
      }
    }
    return codes.count == 256
  }

  private mutating func readElided(_ reader: inout NUTNumbers) -> Bool {
    guard let count = reader.number(), count < 128 else { return false }
    for _ in 0..<count {
      guard let bytes = reader.bytes(), bytes.count <= 255 else { return false }
      elided.append(Array(bytes))
    }
    return true
  }

  /// - Parameter bytes: the stream header after its length.
  /// - Returns: false unless it is video.
  mutating func takeStream(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var reader = NUTNumbers(bytes)
    guard reader.number() == 0, reader.number() == 0, reader.bytes() != nil, reader.number() == 0,
      let bits = reader.number(), bits < 16, reader.number() != nil, reader.number() != nil,
      reader.number() != nil, reader.bytes() != nil, let width = reader.number(),
      let height = reader.number()
    else { return false }
    (shortTimeBits, self.width, self.height) = (bits, width, height)
    return true
  }
}

/// Reads the numbers of a NUT header. Returns `nil` after the end, and for numbers that overflow Int.
struct NUTNumbers {
  private let memory: UnsafeRawBufferPointer
  private(set) var position = 0

  /// - Parameter memory: must outlive this value.
  init(_ memory: UnsafeRawBufferPointer) { self.memory = memory }

  mutating func byte() -> Int? {
    guard position < memory.count else { return nil }
    defer { position += 1 }
    return Int(memory[position])
  }

  mutating func number() -> Int? {
    var value = 0
    while let byte = byte() {
      guard value < 1 << 55 else { return nil }
      value = value << 7 | byte & 0x7F
      if byte < 0x80 { return value }
    }
    return nil
  }

  mutating func signed() -> Int? {
    guard let number = number() else { return nil }
    let value = number + 1
    return value & 1 == 1 ? -(value >> 1) : value >> 1
  }

  /// Reads a length and as many bytes.
  mutating func bytes() -> UnsafeRawBufferPointer? {
    guard let count = number(), count <= memory.count - position else { return nil }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: memory[position..<position + count])
  }

  mutating func skip(_ count: Int) -> Bool {
    guard count <= memory.count - position else { return false }
    position += count
    return true
  }
}
