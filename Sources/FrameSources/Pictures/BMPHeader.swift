import FrameCore

/// The headers of a BMP file: BITMAPCOREHEADER, BITMAPINFOHEADER and its extensions up to V5, and those of OS/2.
struct BMPHeader {
  enum Coding {
    case plain
    /// Run-length coding of 8 or 4 bits per pixel.
    case runs
    /// 16 or 32 bits per pixel, with masks for the channels.
    case fields
  }

  let width: Int
  let height: Int
  /// Whether the first row of the file is the top one.
  let isTopDown: Bool
  /// Bits per pixel.
  let bits: Int
  let coding: Coding
  /// Masks of red, green and blue for ``Coding/fields``, and for 16 bits.
  let masks: [3 of UInt32]
  /// The start of the palette, bytes.
  let palette: Int
  let paletteCount: Int
  /// 3, or 4 with an unused byte.
  let paletteStride: Int
  /// The start of the pixels, bytes.
  let pixels: Int

  /// - Returns: a problem as text when the file is not a supported BMP file.
  static func read(_ file: RawSpan) -> Result<BMPHeader, BMPProblem> {
    guard file.byteCount >= 26 else { return .failure("is cut off within its header") }
    let size = Int(file.little32(14))
    guard size == 12 || (16...1024).contains(size), file.byteCount >= 14 + size else {
      return .failure("the BMP header is damaged (\(size) bytes long)")
    }
    return BMPHeader.parse(file, size)
  }

  private static func parse(_ file: RawSpan, _ size: Int) -> Result<BMPHeader, BMPProblem> {
    let isCore = size == 12
    func field(_ offset: Int) -> UInt32 { offset + 4 <= size ? file.little32(14 + offset) : 0 }
    let width = isCore ? Int(file.little16(18)) : Int(Int32(bitPattern: field(4)))
    let height = isCore ? Int(file.little16(20)) : Int(Int32(bitPattern: field(8)))
    let bits = Int(file.little16(isCore ? 24 : 28))
    let compression = isCore ? 0 : field(16)
    guard [1, 4, 8, 16, 24, 32].contains(bits) else {
      return .failure("\(bits) bits a pixel; expected 1, 4, 8, 16, 24 or 32")
    }
    let coding: Coding
    switch compression {
    case 0: coding = .plain
    case 1 where bits == 8, 2 where bits == 4: coding = .runs
    // In OS/2's headers of 64 bytes this value has another meaning.
    case 3 where bits >= 16 && bits != 24 && size != 64, 6 where bits >= 16 && bits != 24: coding = .fields
    default:
      return .failure(
        "compression \(compression) at \(bits) bits a pixel is not supported; expected plain, run-length or bit fields"
      )
    }
    // Masks follow the smallest header and are part of the larger ones.
    let trailing = coding == .fields && size < 52 ? (compression == 6 ? 16 : 12) : 0
    var masks: [3 of UInt32] = [0x7C00, 0x3E0, 0x1F]
    if coding == .fields {
      guard size >= 40, file.byteCount >= 14 + 40 + 12 else {
        return .failure("is cut off within its header")
      }
      for channel in 0..<3 { masks[channel] = file.little32(54 + 4 * channel) }
    }
    let palette = 14 + size + trailing
    let pixels = Int(file.little32(10))
    guard pixels >= palette, pixels <= file.byteCount else {
      return .failure("the BMP header is damaged (pixels at byte \(pixels) of \(file.byteCount))")
    }
    let stride = isCore ? 3 : 4
    let colors = bits <= 8 ? 1 << bits : 0
    let stated = Int(field(32))
    let count = min(stated == 0 ? colors : min(stated, colors), (pixels - palette) / stride)
    return .success(
      BMPHeader(
        width: width, height: abs(height), isTopDown: height < 0, bits: bits, coding: coding, masks: masks,
        palette: palette, paletteCount: count, paletteStride: stride, pixels: pixels))
  }
}

/// What is wrong with a BMP file.
struct BMPProblem: Error, ExpressibleByStringInterpolation {
  let text: String

  init(stringLiteral text: String) { self.text = text }
}

extension RawSpan {
  func little16(_ offset: Int) -> UInt16 { UInt16(self[offset]) | UInt16(self[offset + 1]) << 8 }

  func little32(_ offset: Int) -> UInt32 {
    UInt32(little16(offset)) | UInt32(little16(offset + 2)) << 16
  }
}
