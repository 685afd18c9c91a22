import FrameCore

/// The header of a PBM, PGM or PPM picture: magic, width, height and, except in PBM, the value of white.
struct PNMHeader {
  let width: Int
  let height: Int
  let format: PixelFormat
  /// Whether samples are numbers in text (P1 to P3).
  let isText: Bool
  /// Whether a sample is one bit, 1 for black (P1, P4).
  let isBits: Bool
  /// The value of white, 1 to 65,535: two bytes per sample from 256 on.
  let white: Int
  /// The start of the samples, bytes from the start of the file.
  let samples: Int

  /// Whether a picture starts here: `P1` to `P6`, then white space or a comment.
  static func isPNM(_ bytes: RawSpan, at offset: Int = 0) -> Bool {
    guard offset >= 0, bytes.byteCount - offset >= 3, bytes[offset] == UInt8(ascii: "P"),
      (UInt8(ascii: "1")...UInt8(ascii: "6")).contains(bytes[offset + 1])
    else { return false }
    return PNMText.isSpace(bytes[offset + 2]) || bytes[offset + 2] == UInt8(ascii: "#")
  }

  /// - Parameter offset: start of the picture.
  /// - Returns: `nil` when the header is damaged.
  init?(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    let kind = bytes[offset + 1] - UInt8(ascii: "0")
    isText = kind <= 3
    isBits = kind == 1 || kind == 4
    format = kind == 3 || kind == 6 ? .rgb8 : .mono8
    var text = PNMText(bytes, at: offset + 2)
    guard let width = text.number(), let height = text.number() else { return nil }
    var white = 1
    if !isBits {
      guard let stated = text.number() else { return nil }
      white = stated
    }
    // One white space ends the header.
    guard (1...65_535).contains(white), text.at < bytes.count, PNMText.isSpace(bytes[text.at]) else {
      return nil
    }
    self.width = width
    self.height = height
    self.white = white
    samples = text.at + 1
  }

  /// Bytes of a row of binary samples. Width and height are below a billion.
  var rowBytes: Int {
    isBits ? (width + 7) / 8 : width * format.bytesPerPixel * (white > 255 ? 2 : 1)
  }

  /// The end of binary samples; `nil` on overflow.
  var end: Int? {
    let (bytes, overflow) = rowBytes.multipliedReportingOverflow(by: height)
    return overflow || bytes > .max - samples ? nil : samples + bytes
  }
}

/// Reads numbers in text, between white space and comments that extend to the end of the line.
struct PNMText {
  private let bytes: UnsafeRawBufferPointer
  private(set) var at: Int

  init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
    self.bytes = bytes
    at = offset
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 32 || (9...13).contains(byte) }

  private mutating func skip() {
    while at < bytes.count, Self.isSpace(bytes[at]) || bytes[at] == UInt8(ascii: "#") {
      if bytes[at] == UInt8(ascii: "#") {
        while at < bytes.count, bytes[at] != 10, bytes[at] != 13 { at += 1 }
      } else {
        at += 1
      }
    }
  }

  /// Returns the next number, below a billion; `nil` when something else follows, or nothing.
  mutating func number() -> Int? {
    skip()
    var value = 0
    let start = at
    while at < bytes.count, at - start < 9, bytes[at] >= 0x30, bytes[at] <= 0x39 {
      value = value * 10 + Int(bytes[at] - 0x30)
      at += 1
    }
    guard at > start else { return nil }
    return at == bytes.count || Self.isSpace(bytes[at]) || bytes[at] == UInt8(ascii: "#") ? value : nil
  }

  /// Returns the next 0 or 1; no space is needed between them.
  mutating func bit() -> UInt8? {
    skip()
    guard at < bytes.count, bytes[at] == 0x30 || bytes[at] == 0x31 else { return nil }
    at += 1
    return bytes[at - 1] - 0x30
  }
}
