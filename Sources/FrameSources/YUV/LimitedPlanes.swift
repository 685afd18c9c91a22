import FrameCore

/// Converts 4:2:0 of any range and matrix to limited range BT.601, in YCbCr: grey stays grey, so that chroma does not
/// depend on luma, and luma changes by a share of its pixel's chroma. Converts in place.
///
/// With luma weights Kr, Kg, Kb of the source, R = Y + 2 (1 - Kr) Cr, B = Y + 2 (1 - Kb) Cb,
/// G = Y - 2 Kb (1 - Kb) / Kg Cb - 2 Kr (1 - Kr) / Kg Cr (ITU-R BT.601 and BT.709, part 3); inserted in BT.601's
/// Y = 0.299 R + 0.587 G + 0.114 B, Cb = (B - Y) / 1.772, Cr = (R - Y) / 1.402.
///
/// All sums have 16 bits, of which every processor multiplies eight at a time: the factor of a sample itself is 1 plus
/// a small share, and only shares are multiplied. Before rounding a result is within 0.25 of the formula.
final class LimitedPlanes {
  /// The shares of blue and red chroma in a sample, with as many fraction bits as a sum of both allows.
  private struct Shares {
    let ofBlue, ofRed: Int16
    let bits: Int16

    init(ofBlue: Double, ofRed: Double) {
      let greatest = 128 * (abs(ofBlue) + abs(ofRed) + 0.02) + 0.5
      let bits = (6...12).last { greatest * Double(1 << $0) < 32767 }!  // shares are below 1
      self.bits = Int16(bits)
      self.ofBlue = Int16((ofBlue * Double(1 << bits)).rounded())
      self.ofRed = Int16((ofRed * Double(1 << bits)).rounded())
    }
  }

  private let luma, blue, red: Shares
  private let size: FrameSize
  private let isFullRange: Bool
  private let changesColors: Bool
  /// The change of luma by chroma for a row of chroma, once for each pixel: levels, of full range in 1/64.
  private let offsets: UnsafeMutablePointer<UInt32>

  init(_ format: YUVFormat, _ size: FrameSize) {
    self.size = size
    let matrix = YUVMatrix(format.matrix)
    // Shares of normalised Y (0...1) and Cb, Cr (-1/2...1/2).
    let ofBlue = 0.587 * matrix.greenOfBlue + 0.114 * matrix.blueOfBlue
    let ofRed = 0.299 * matrix.redOfRed + 0.587 * matrix.greenOfRed
    let chroma = format.isFullRange ? 224.0 / 255 : 1
    // Luma has 219 steps where chroma has 224.
    let lumaOfChroma = format.isFullRange ? 219.0 / 255 : 219.0 / 224
    luma = Shares(ofBlue: ofBlue * lumaOfChroma, ofRed: ofRed * lumaOfChroma)
    blue = Shares(
      ofBlue: (matrix.blueOfBlue - ofBlue) / 1.772 * chroma - 1, ofRed: -ofRed / 1.772 * chroma)
    red = Shares(ofBlue: -ofBlue / 1.402 * chroma, ofRed: (matrix.redOfRed - ofRed) / 1.402 * chroma - 1)
    isFullRange = format.isFullRange
    changesColors = format.matrix != .bt601 || format.isFullRange
    offsets = .allocate(capacity: (size.width + 1) / 2)
  }

  deinit { offsets.deallocate() }

  /// Converts a frame of 8 bits per sample.
  func convert(_ out: UnsafeMutablePointer<UInt8>) {
    guard changesColors else { return }
    for row in 0..<(size.height + 1) / 2 { convert(out, row: row) }
  }

  /// Converts a row of chroma and the rows of luma that share it.
  func convert(_ out: UnsafeMutablePointer<UInt8>, row: Int) {
    guard changesColors else { return }
    let (width, height) = (size.width, size.height)
    let (chromaWidth, chromaHeight) = ((width + 1) / 2, (height + 1) / 2)
    let blue = out + width * height + row * chromaWidth
    chroma(blue, blue + chromaWidth * chromaHeight, chromaWidth)
    for y in 2 * row..<min(2 * row + 2, height) {
      if isFullRange { fullLuma(out + y * width, width) } else { limitedLuma(out + y * width, width) }
    }
  }

  private func chroma(_ blues: UnsafeMutablePointer<UInt8>, _ reds: UnsafeMutablePointer<UInt8>, _ count: Int)
  {
    let (luma, blue, red, offsets) = (luma, blue, red, offsets)
    // Luma's black level and rounding are included in its offset.
    let half: Int16 = isFullRange ? 0 : 1 &<< (luma.bits &- 1)
    let shift = isFullRange ? luma.bits - 6 : luma.bits
    let black: Int16 = isFullRange ? 16 << 6 + 32 : 0
    for x in 0..<count {
      let (b, r) = (Int16(blues[x]) &- 128, Int16(reds[x]) &- 128)
      let sum = half &+ b &* luma.ofBlue &+ r &* luma.ofRed
      let share = UInt32(UInt16(bitPattern: black &+ sum &>> shift))
      // The same value for both pixels.
      offsets[x] = share | share &<< 16
    }
    let (blueHalf, redHalf): (Int16, Int16) = (1 &<< (blue.bits &- 1), 1 &<< (red.bits &- 1))
    for x in 0..<count {
      let (b, r) = (Int16(blues[x]) &- 128, Int16(reds[x]) &- 128)
      blues[x] = level(
        128 &+ b &+ (blueHalf &+ b &* blue.ofBlue &+ r &* blue.ofRed) &>> blue.bits)
      reds[x] = level(128 &+ r &+ (redHalf &+ b &* red.ofBlue &+ r &* red.ofRed) &>> red.bits)
    }
  }

  private func limitedLuma(_ row: UnsafeMutablePointer<UInt8>, _ count: Int) {
    let offsets = UnsafeRawPointer(offsets).assumingMemoryBound(to: Int16.self)
    for x in 0..<count { row[x] = level(Int16(row[x]) &+ offsets[x]) }
  }

  private func fullLuma(_ row: UnsafeMutablePointer<UInt8>, _ count: Int) {
    let offsets = UnsafeRawPointer(offsets).assumingMemoryBound(to: Int16.self)
    for x in 0..<count {
      let y = UInt16(row[x])
      // 219 / 255 is (220 - 1 / 8 - 0.016) / 256.
      let part = Int16(bitPattern: (y &* 220 &- y &>> 3) &>> 2)
      row[x] = level((part &+ offsets[x]) &>> 6)
    }
  }
}

/// Not `UInt8(clamping:)`: the compiler generates branches for it, and no vector code.
@inline(__always)
private func level(_ value: Int16) -> UInt8 { UInt8(truncatingIfNeeded: max(0, min(255, value))) }
