import CFrameKernels
import FrameCore

/// Converts luma and chroma of any subsampling to `rgb8`.
final class RGBRows {
  private let format: YUVFormat
  private let size: FrameSize
  private let luma: Int32
  private let black: Int32
  private let redOfRed, greenOfRed, greenOfBlue, blueOfBlue: Int32
  /// The contribution of chroma to red, green and blue of each pixel: three rows of `stride`.
  private let colors: UnsafeMutablePointer<Int32>
  private let chromaWidth: Int
  private let stride: Int

  private static let bits = Int32(ffBT601Bits)

  init(_ format: YUVFormat, _ size: FrameSize) {
    self.format = format
    self.size = size
    chromaWidth = format.chromaWidth(size.width)
    black = format.isFullRange ? 0 : 16
    if format.matrix == .bt601, !format.isFullRange {
      // OpenCV's integers, so that both give the same bytes.
      luma = Int32(ffBT601Luma)
      redOfRed = Int32(ffBT601RedFromV)
      greenOfRed = Int32(ffBT601GreenFromV)
      greenOfBlue = Int32(ffBT601GreenFromU)
      blueOfBlue = Int32(ffBT601BlueFromU)
    } else {
      let matrix = YUVMatrix(format.matrix)
      let (lumaGain, gain) = format.isFullRange ? (1, 1) : (255.0 / 219, 255.0 / 224)
      func fixed(_ value: Double) -> Int32 { Int32((value * Double(1 << Self.bits)).rounded()) }
      luma = fixed(lumaGain)
      redOfRed = fixed(matrix.redOfRed * gain)
      greenOfRed = fixed(matrix.greenOfRed * gain)
      greenOfBlue = fixed(matrix.greenOfBlue * gain)
      blueOfBlue = fixed(matrix.blueOfBlue * gain)
    }
    stride = chromaWidth << format.sampling.shiftX
    colors = .allocate(capacity: 3 * stride)
  }

  deinit { colors.deallocate() }

  func convert(_ rows: YUVRows, _ source: UnsafeRawBufferPointer, into out: UnsafeMutablePointer<UInt8>) {
    let shiftY = format.sampling.shiftY
    for y in 0..<size.height {
      if y & ((1 << shiftY) - 1) == 0 {
        chroma(rows.row(.blue, y >> shiftY, source), rows.row(.red, y >> shiftY, source))
      }
      pixels(rows.row(.luma, y, source), into: out + y * size.width * 3)
    }
  }

  private func chroma(_ blue: UnsafePointer<UInt8>, _ red: UnsafePointer<UInt8>) {
    // Constant shifts, so that the compiler generates a separate loop for each.
    switch format.sampling.shiftX {
    case 0: chroma(blue, red, shift: 0)
    case 1: chroma(blue, red, shift: 1)
    default: chroma(blue, red, shift: 2)
    }
  }

  /// Computes each sample's colours, once for each of its pixels.
  @inline(__always)
  private func chroma(_ blue: UnsafePointer<UInt8>, _ red: UnsafePointer<UInt8>, shift: Int) {
    let (reds, greens, blues) = (colors, colors + stride, colors + 2 * stride)
    let half: Int32 = 1 << (Self.bits - 1)
    let (redOfRed, greenOfRed, greenOfBlue, blueOfBlue) = (redOfRed, greenOfRed, greenOfBlue, blueOfBlue)
    for x in 0..<chromaWidth {
      let (b, r) = (Int32(blue[x]) - 128, Int32(red[x]) - 128)
      for at in x &<< shift..<(x &+ 1) &<< shift {
        reds[at] = redOfRed &* r &+ half
        greens[at] = greenOfRed &* r &+ greenOfBlue &* b &+ half
        blues[at] = blueOfBlue &* b &+ half
      }
    }
  }

  private func pixels(_ row: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>) {
    let (reds, greens, blues) = (colors, colors + stride, colors + 2 * stride)
    let (luma, black) = (luma, black)
    for x in 0..<size.width {
      let base = max(0, Int32(row[x]) &- black) &* luma
      target[3 &* x] = UInt8(clamping: (base &+ reds[x]) >> Self.bits)
      target[3 &* x &+ 1] = UInt8(clamping: (base &+ greens[x]) >> Self.bits)
      target[3 &* x &+ 2] = UInt8(clamping: (base &+ blues[x]) >> Self.bits)
    }
  }
}
