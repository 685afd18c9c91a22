import CFrameKernels
import FrameCore

/// Resizes 8-bit pixels before encoding: area average when shrinking, bilinear when growing.
final class FrameResize {
  /// One output sample is a weighted sum of neighbours, weights in 1/16384.
  private struct Axis {
    var start: [Int32] = []
    var count: [Int32] = []
    var weights: [Int32] = []
    var widest = 1

    /// A triangle (growing) or box of the source pixels covered (shrinking), half-pixel centres.
    init(from source: Int, to target: Int) {
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
        var fixed = taps.map { Int32(($0.1 * 16384).rounded()) }
        // The sum must be exactly one, or flat areas would drift.
        fixed[0] += 16384 - fixed.reduce(0, +)
        weights += fixed + Array(repeating: 0, count: widest - taps.count)
      }
    }
  }

  let source: PixelLayout
  let target: PixelLayout
  /// One line of the source's width: its lines, weighted, in fixed point.
  private let sums: UnsafeMutablePointer<Int32>
  private let kernels = ff_best()!.pointee
  private let planes:
    [(from: Int, to: Int, stride: Int, sourceWidth: Int, channels: Int, across: Axis, down: Axis)]

  /// - Parameter target: same format as `source`, tight.
  init(from source: PixelLayout, to target: PixelLayout) {
    self.source = source
    self.target = target
    sums = .allocate(capacity: source.width * source.format.channels)
    let across = Axis(from: source.width, to: target.width)
    let down = Axis(from: source.height, to: target.height)
    guard source.format == .i420 else {
      planes = [(0, 0, source.stride, source.width, source.format.channels, across, down)]
      return
    }
    let chromaAcross = Axis(from: source.chromaWidth, to: target.chromaWidth)
    let chromaDown = Axis(from: source.chromaHeight, to: target.chromaHeight)
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
        // 255 x 2^14 x 2^14 would not fit: the sums give up 7 bits, rounded.
        for at in 0..<samples { sums[at] = (sums[at] &+ 64) >> 7 }
        shrink(plane.across, plane.channels, to: result + plane.to + row * columns * plane.channels)
      }
    }
  }

  /// Makes one line of the result of the sums.
  private func shrink(_ axis: Axis, _ channels: Int, to out: UnsafeMutablePointer<UInt8>) {
    axis.weights.withUnsafeBufferPointer { weights in
      for column in 0..<axis.start.count {
        let from = sums + Int(axis.start[column]) * channels
        let first = column * axis.widest
        for channel in 0..<channels {
          var sum: Int32 = 1 << 20
          for tap in 0..<Int(axis.count[column]) {
            sum &+= weights[first &+ tap] &* from[tap &* channels &+ channel]
          }
          out[column &* channels &+ channel] = UInt8(clamping: sum >> 21)
        }
      }
    }
  }
}
