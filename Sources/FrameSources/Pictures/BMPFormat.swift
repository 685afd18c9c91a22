import FrameCore

/// Windows and OS/2 bitmaps. A palette of greys gives a grey picture.
///
/// Channels of fewer than 8 bits are scaled to 0 to 255, rounded down, as in Pillow; OpenCV leaves their low bits 0.
struct BMPFormat: PictureFormat {
  let name = "BMP"
  let extensions = ["bmp", "dib"]

  func matches(_ file: RawSpan) -> Bool {
    file.byteCount >= 18 && file[0] == UInt8(ascii: "B") && file[1] == UInt8(ascii: "M")
      && file[15] <= 4 && file[16] == 0 && file[17] == 0
  }

  func decode(
    _ file: RawSpan, at place: PicturePlace, to target: PictureTarget
  ) throws(SourceError) -> CapturedFrame {
    let header: BMPHeader
    switch BMPHeader.read(file) {
    case .success(let read): header = read
    case .failure(let problem): throw target.refusal(problem.text)
    }
    return try file.withUnsafeBytes { (bytes) throws(SourceError) -> CapturedFrame in
      let palette = BMPPalette(bytes, header)
      let format: PixelFormat = header.bits <= 8 && palette.isGray ? .mono8 : .rgb8
      let layout = try target.layout(width: header.width, height: header.height, format: format)
      let data = UnsafeRawBufferPointer(rebasing: bytes[header.pixels...])
      let cutOff = target.refusal(
        "is cut off: \(data.count) bytes of pixels are too few for \(header.width)x\(header.height)")
      guard header.coding == .runs || BMPRows.plainBytes(header) <= data.count else { throw cutOff }
      return try target.frame(layout) { (pixels) throws(SourceError) in
        let rows = BMPRows(header: header, palette: palette, format: format, pixels: pixels)
        guard header.coding == .runs else { return rows.readPlain(data) }
        guard rows.readRuns(data) else { throw cutOff }
      }
    }
  }
}

/// The colours of the palette; black for indices that the file does not define.
struct BMPPalette {
  private(set) var colors: [768 of UInt8] = .init(repeating: 0)
  private(set) var isGray = true

  init(_ bytes: UnsafeRawBufferPointer, _ header: BMPHeader) {
    for index in 0..<header.paletteCount {
      let at = header.palette + index * header.paletteStride
      for channel in 0..<3 { colors[3 * index + channel] = bytes[at + 2 - channel] }
      if bytes[at] != bytes[at + 1] || bytes[at] != bytes[at + 2] { isGray = false }
    }
  }
}
