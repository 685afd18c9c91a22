import CFrameKernels
import FrameCore

/// Resizes 8-bit pixels before encoding: area average when shrinking, bilinear when growing.
final class FrameResize {
  /// The weights along one axis: each output sample is a weighted sum of neighbours.
  private struct Axis {
    var start: [Int32] = []
    var count: [Int32] = []
    var weights: [Int32] = []
    var widest = 1

    /// Computes a triangle (growing) or box of the source pixels covered (shrinking), with half-pixel centres.
    /// - Parameter bits: fraction bits of the weights.
    init(from source: Int, to target: Int, bits: Int32) {
      let one: Int32 = 1 << bits
      let scale = Double(source) / Double(target)
      var rows: [[(Int, Double)]] = []
      for at in 0..<target {
        var taps: [(Int, Double)] = []
        if scale > 1 {
          let (low, high) = (Double(at) * scale, Double(at + 1) * scale)
          for position in Int(low)..<min(source, Int(high.rounded(.up))) {
            let covered = min(high, Double(position + 1)) - max(low, Double(position))
            if covered > 1e-9 { taps.append((position, covered / scale)) }
          }
        } else {
          let center = (Double(at) + 0.5) * scale - 0.5
          let low = center.rounded(.down)
          let part = center - low
          let (left, right) = (min(max(Int(low), 0), source - 1), min(max(Int(low) + 1, 0), source - 1))
          taps = left == right ? [(left, 1)] : [(left, 1 - part), (right, part)]
        }
        rows.append(taps)
      }
      widest = rows.map(\.count).max() ?? 1
      for taps in rows {
        start.append(Int32(taps[0].0))
        count.append(Int32(taps.count))
        // The sum must be exactly one, or flat areas would drift. Each weight is the difference of two rounded partial
        // sums: errors do not accumulate, however many there are.
        var (sum, end) = (0.0, Int32(0))
        var fixed: [Int32] = []
        for tap in taps {
          sum += tap.1
          let next = fixed.count == taps.count - 1 ? one : Int32((sum * Double(one)).rounded())
          fixed.append(next - end)
          end = next
        }
        weights += fixed + Array(repeating: 0, count: widest - taps.count)
      }
    }
  }

  /// Fraction bits of vertical weights: 255 times their sum has 30 bits.
  private static let downBits: Int32 = 22
  /// Fraction bits of a weighted sum of lines.
  private static let sumBits: Int32 = 7
  /// Fraction bits of horizontal weights: 255 times both sums and half of the last bit have just under 31.
  private static let acrossBits: Int32 = 16

  let source: PixelLayout
  let target: PixelLayout
  /// One line of the source's width: the weighted sum of its lines, in fixed point.
  private let sums: UnsafeMutablePointer<Int32>
  private let kernels = ff_best()!.pointee
  private let planes:
    [(from: Int, to: Int, stride: Int, sourceWidth: Int, channels: Int, across: Axis, down: Axis)]

  /// - Parameter target: tight, in the same format as `source`.
  init(from source: PixelLayout, to target: PixelLayout) {
    self.source = source
    self.target = target
    sums = .allocate(capacity: source.width * source.format.channels)
    let across = Axis(from: source.width, to: target.width, bits: Self.acrossBits)
    let down = Axis(from: source.height, to: target.height, bits: Self.downBits)
    guard source.format == .i420 else {
      planes = [(0, 0, source.stride, source.width, source.format.channels, across, down)]
      return
    }
    let chromaAcross = Axis(from: source.chromaWidth, to: target.chromaWidth, bits: Self.acrossBits)
    let chromaDown = Axis(from: source.chromaHeight, to: target.chromaHeight, bits: Self.downBits)
    let (luma, lumaTo) = (source.width * source.height, target.width * target.height)
    let (chroma, chromaTo) = (
      source.chromaWidth * source.chromaHeight, target.chromaWidth * target.chromaHeight
    )
    planes = [
      (0, 0, source.stride, source.width, 1, across, down),
      (luma, lumaTo, source.chromaWidth, source.chromaWidth, 1, chromaAcross, chromaDown),
      (
        luma + chroma, lumaTo + chromaTo, source.chromaWidth, source.chromaWidth, 1, chromaAcross, chromaDown
      ),
    ]
  }

  deinit { sums.deallocate() }

  /// Resizes one frame.
  /// - Parameters:
  ///   - pixels: `source.byteCount` bytes.
  ///   - result: `target.byteCount` bytes.
  func run(_ pixels: UnsafePointer<UInt8>, into result: UnsafeMutablePointer<UInt8>) {
    for plane in planes {
      let samples = plane.sourceWidth * plane.channels
      let columns = plane.across.start.count
      for row in 0..<plane.down.start.count {
        sums.update(repeating: 0, count: samples)
        for tap in 0..<Int(plane.down.count[row]) {
          let line = pixels + plane.from + (Int(plane.down.start[row]) + tap) * plane.stride
          kernels.accumulate(line, plane.down.weights[row * plane.down.widest + tap], sums, samples)
        }
        let drop = Self.downBits - Self.sumBits
        for at in 0..<samples { sums[at] = (sums[at] &+ 1 << (drop - 1)) >> drop }
        shrink(plane.across, plane.channels, to: result + plane.to + row * columns * plane.channels)
      }
    }
  }

  /// Computes one line of the result from the sums.
  private func shrink(_ axis: Axis, _ channels: Int, to out: UnsafeMutablePointer<UInt8>) {
    axis.weights.withUnsafeBufferPointer { weights in
      for column in 0..<axis.start.count {
        let from = sums + Int(axis.start[column]) * channels
        let first = column * axis.widest
        for channel in 0..<channels {
          var sum: Int32 = 1 << (Self.acrossBits + Self.sumBits - 1)
          for tap in 0..<Int(axis.count[column]) {
            sum &+= weights[first &+ tap] &* from[tap &* channels &+ channel]
          }
          out[column &* channels &+ channel] = UInt8(clamping: sum >> (Self.acrossBits + Self.sumBits))
        }
      }
    }
  }
}
