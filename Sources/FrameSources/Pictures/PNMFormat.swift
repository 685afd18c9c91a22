import FrameCore

/// PBM, PGM and PPM, as text and binary (P1 to P6). A binary file may hold several consecutive pictures.
///
/// Where white is 255, samples are unchanged; where it is 65,535, their high byte is used; otherwise they are scaled so
/// that white is 255, rounded, as in Pillow.
struct PNMFormat: PictureFormat {
  let name = "PNM"
  let extensions = ["pbm", "pgm", "ppm", "pnm"]

  func matches(_ file: RawSpan) -> Bool { PNMHeader.isPNM(file) }

  func decode(
    _ file: RawSpan, at place: PicturePlace, to target: PictureTarget
  ) throws(SourceError) -> CapturedFrame {
    try file.withUnsafeBytes { (bytes) throws(SourceError) -> CapturedFrame in
      guard let header = PNMHeader(bytes, at: place.offset) else {
        throw target.refusal(
          "the PNM header is damaged; expected width, height and, but for PBM, the value of white (1 to 65535)"
        )
      }
      let layout = try target.layout(width: header.width, height: header.height, format: header.format)
      // Text has at least a digit and a space per sample, for bits a digit; binary has all rows.
      let least =
        header.isText ? layout.byteCount * (header.isBits ? 1 : 2) - 1 : header.rowBytes * header.height
      guard bytes.count - header.samples >= least else {
        throw target.refusal(
          "is cut off: \(layout) needs \(least) bytes, \(bytes.count - header.samples) are present")
      }
      return try target.frame(layout) { (pixels) throws(SourceError) in
        guard header.isText else {
          let samples = UnsafeRawBufferPointer(rebasing: bytes[header.samples...].prefix(least))
          return Self.readBinary(samples, header, into: pixels)
        }
        try Self.readText(bytes, header, into: pixels, target)
      }
    }
  }

  func place(after place: PicturePlace, in file: RawSpan) -> PicturePlace? {
    file.withUnsafeBytes { bytes -> PicturePlace? in
      guard let header = PNMHeader(bytes, at: place.offset), !header.isText, var at = header.end else {
        return nil
      }
      // Some encoders end a picture with a line feed.
      while at < bytes.count, PNMText.isSpace(bytes[at]) { at += 1 }
      guard PNMHeader.isPNM(RawSpan(_unsafeBytes: bytes), at: at) else { return nil }
      return PicturePlace(position: place.position + 1, offset: at)
    }
  }

  private static func readBinary(
    _ samples: UnsafeRawBufferPointer, _ header: PNMHeader, into pixels: UnsafeMutableRawBufferPointer
  ) {
    let white = header.white
    if header.isBits {
      for row in 0..<header.height {
        for x in 0..<header.width {
          let bit = samples[row * header.rowBytes + x / 8] >> (7 - x % 8) & 1
          pixels[row * header.width + x] = bit == 0 ? 255 : 0
        }
      }
    } else if white == 255 {
      pixels.copyMemory(from: samples)
    } else if white < 256 {
      let table = InlineArray<256, UInt8> { scaled($0, white) }
      for at in 0..<samples.count { pixels[at] = table[Int(samples[at])] }
    } else {
      for at in 0..<samples.count / 2 {
        pixels[at] =
          white == 65_535
          ? samples[2 * at] : scaled(Int(samples[2 * at]) << 8 | Int(samples[2 * at + 1]), white)
      }
    }
  }

  private static func readText(
    _ bytes: UnsafeRawBufferPointer, _ header: PNMHeader, into pixels: UnsafeMutableRawBufferPointer,
    _ target: PictureTarget
  ) throws(SourceError) {
    var text = PNMText(bytes, at: header.samples)
    for at in 0..<pixels.count {
      if header.isBits {
        guard let bit = text.bit() else { throw missing(at, pixels.count, header, target) }
        pixels[at] = bit == 0 ? 255 : 0
      } else {
        guard let value = text.number(), value <= header.white else {
          throw missing(at, pixels.count, header, target)
        }
        pixels[at] = header.white == 65_535 ? UInt8(value >> 8) : scaled(value, header.white)
      }
    }
  }

  private static func missing(
    _ at: Int, _ count: Int, _ header: PNMHeader, _ target: PictureTarget
  ) -> SourceError {
    target.refusal(
      "is damaged or cut off: sample \(at) of \(count) is not a number from 0 to \(header.white)")
  }

  /// Scales a sample. Values above white are white.
  private static func scaled(_ value: Int, _ white: Int) -> UInt8 {
    UInt8(min(255, (value * 255 + white / 2) / white))
  }
}
