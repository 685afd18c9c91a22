import FrameCore

/// The header of a binary PPM (P6) or PGM (P5) file: magic, width, height, largest value, one white space.
struct PNMHeader {
  let width: Int
  let height: Int
  let format: PixelFormat
  /// Bytes of the header; pixels follow.
  let length: Int

  static func isPNM(_ bytes: RawSpan) -> Bool {
    bytes.byteCount >= 2 && bytes[0] == UInt8(ascii: "P")
      && (bytes[1] == UInt8(ascii: "5") || bytes[1] == UInt8(ascii: "6"))
  }

  init(_ bytes: UnsafeRawBufferPointer, _ origin: FrameOrigin) throws(SourceError) {
    var at = 2
    let width = try Self.number(bytes, &at, origin)
    let height = try Self.number(bytes, &at, origin)
    let largest = try Self.number(bytes, &at, origin)
    guard largest == 255 else {
      throw .frame(origin, problem: "samples go up to \(largest); expected 255 (8 bits a sample)")
    }
    self.width = width
    self.height = height
    format = bytes[1] == UInt8(ascii: "5") ? .mono8 : .rgb8
    length = at + 1  // one white space ends the header
  }

  /// The next decimal number after white space and comments.
  private static func number(
    _ bytes: UnsafeRawBufferPointer, _ at: inout Int, _ origin: FrameOrigin
  ) throws(SourceError) -> Int {
    func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }
    while at < bytes.count, isSpace(bytes[at]) || bytes[at] == UInt8(ascii: "#") {
      if bytes[at] == UInt8(ascii: "#") {
        while at < bytes.count, bytes[at] != 10 { at += 1 }
      } else {
        at += 1
      }
    }
    var value = 0
    let start = at
    while at < bytes.count, at - start < 9, bytes[at] >= 0x30, bytes[at] <= 0x39 {
      value = value * 10 + Int(bytes[at] - 0x30)
      at += 1
    }
    guard at > start, at < bytes.count, isSpace(bytes[at]) else {
      throw .frame(origin, problem: "the PPM/PGM header is damaged; expected width, height and 255")
    }
    return value
  }
}
