import FrameCore

/// Luma alone to `mono8`, which is full range.
struct LumaRange {
  /// The full-range value of each.
  private let levels: [UInt8]?

  init(isFullRange: Bool) {
    levels =
      isFullRange
      ? nil : (0..<256).map { UInt8(clamping: Int((Double($0 - 16) * 255 / 219).rounded())) }
  }

  func convert(_ rows: YUVRows, _ source: UnsafeRawBufferPointer, into out: UnsafeMutablePointer<UInt8>) {
    let size = rows.size
    for y in 0..<size.height {
      let target = out + y * size.width
      rows.copy(.luma, y, source, into: target)
      guard let levels else { continue }
      levels.withUnsafeBufferPointer { levels in
        for x in 0..<size.width { target[x] = levels[Int(target[x])] }
      }
    }
  }
}

/// 4:2:0 of any range and matrix to limited range BT.601, in YCbCr: a grey stays a grey, so chroma needs luma for
/// nothing, and luma gets a share of its pixel's chroma.
///
/// With luma weights Kr, Kg, Kb of the source, R = Y + 2 (1 - Kr) Cr, B = Y + 2 (1 - Kb) Cb,
/// G = Y - 2 Kb (1 - Kb) / Kg Cb - 2 Kr (1 - Kr) / Kg Cr (ITU-R BT.601 and BT.709, part 3); put into BT.601's
/// Y = 0.299 R + 0.587 G + 0.114 B, Cb = (B - Y) / 1.772, Cr = (R - Y) / 1.402.
final class LimitedPlanes {
  /// What luma and the two chroma samples get of each input, times 2^bits.
  private struct Shares {
    var luma, lumaOfBlue, lumaOfRed, blueOfBlue, blueOfRed, redOfBlue, redOfRed: Int32
  }

  private static let bits: Int32 = 16
  private let shares: Shares
  private let black: Int32
  private let size: FrameSize
  private let changesColors: Bool
  /// What luma gets of the chroma above it, one for each pixel of a row and one more.
  private let offsets: UnsafeMutablePointer<Int32>

  init(_ format: YUVFormat, _ size: FrameSize) {
    self.size = size
    let matrix = YUVMatrix(format.matrix)
    // Shares of normalised Y (0...1) and Cb, Cr (-1/2...1/2).
    let ofBlue = 0.587 * matrix.greenOfBlue + 0.114 * matrix.blueOfBlue
    let ofRed = 0.299 * matrix.redOfRed + 0.587 * matrix.greenOfRed
    let luma = format.isFullRange ? 219.0 / 255 : 1
    let chroma = format.isFullRange ? 224.0 / 255 : 1
    // 219 steps of luma stand against 224 of chroma.
    let lumaOfChroma = format.isFullRange ? 219.0 / 255 : 219.0 / 224
    func fixed(_ value: Double) -> Int32 { Int32((value * Double(1 << Self.bits)).rounded()) }
    shares = Shares(
      luma: fixed(luma), lumaOfBlue: fixed(ofBlue * lumaOfChroma), lumaOfRed: fixed(ofRed * lumaOfChroma),
      blueOfBlue: fixed((matrix.blueOfBlue - ofBlue) / 1.772 * chroma),
      blueOfRed: fixed(-ofRed / 1.772 * chroma),
      redOfBlue: fixed(-ofBlue / 1.402 * chroma),
      redOfRed: fixed((matrix.redOfRed - ofRed) / 1.402 * chroma))
    black = format.isFullRange ? 0 : 16
    changesColors = format.matrix != .bt601 || format.isFullRange
    offsets = .allocate(capacity: size.width + 1)
  }

  deinit { offsets.deallocate() }

  func convert(_ rows: YUVRows, _ source: UnsafeRawBufferPointer, into out: UnsafeMutablePointer<UInt8>) {
    let (width, height) = (size.width, size.height)
    let (chromaWidth, chromaHeight) = ((width + 1) / 2, (height + 1) / 2)
    let blue = out + width * height
    let red = blue + chromaWidth * chromaHeight
    for row in 0..<chromaHeight {
      let (blueTo, redTo) = (blue + row * chromaWidth, red + row * chromaWidth)
      guard changesColors else {
        rows.copy(.blue, row, source, into: blueTo)
        rows.copy(.red, row, source, into: redTo)
        for y in 2 * row..<min(2 * row + 2, height) { rows.copy(.luma, y, source, into: out + y * width) }
        continue
      }
      chroma(
        rows.row(.blue, row, source), rows.row(.red, row, source), chromaWidth, into: blueTo, redTo)
      for y in 2 * row..<min(2 * row + 2, height) {
        luma(rows.row(.luma, y, source), into: out + y * width)
      }
    }
  }

  private func chroma(
    _ blue: UnsafePointer<UInt8>, _ red: UnsafePointer<UInt8>, _ count: Int,
    into blueTo: UnsafeMutablePointer<UInt8>, _ redTo: UnsafeMutablePointer<UInt8>
  ) {
    let shares = shares
    let half: Int32 = 1 << (Self.bits - 1)
    // Luma's black level and rounding go into the same sum.
    let base = (16 << Self.bits) + half - black * shares.luma
    let middle = (128 << Self.bits) + half
    let offsets = offsets
    for x in 0..<count {
      let (b, r) = (Int32(blue[x]) - 128, Int32(red[x]) - 128)
      blueTo[x] = UInt8(clamping: (middle &+ shares.blueOfBlue &* b &+ shares.blueOfRed &* r) >> Self.bits)
      redTo[x] = UInt8(clamping: (middle &+ shares.redOfBlue &* b &+ shares.redOfRed &* r) >> Self.bits)
    }
    for x in 0..<count {
      let (b, r) = (Int32(blue[x]) - 128, Int32(red[x]) - 128)
      let share = base &+ shares.lumaOfBlue &* b &+ shares.lumaOfRed &* r
      offsets[2 &* x] = share
      if 2 &* x &+ 1 < size.width { offsets[2 &* x &+ 1] = share }
    }
  }

  private func luma(_ from: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
    let (gain, offsets) = (shares.luma, offsets)
    for x in 0..<size.width {
      target[x] = UInt8(clamping: (Int32(from[x]) &* gain &+ offsets[x]) >> Self.bits)
    }
  }
}
