internal import FrameCore
import FrameTensors

/// Everything about one source layout that does not change between frames, and the row buffers.
final class WritePlan {
  let layout: PixelLayout
  private let spec: TensorSpec
  private let sampler: RowSampler
  private let vertical: ResampleAxis
  /// `value = pixel * gain + bias` per channel: the normalisation, folded.
  private let gain: [Float]
  private let bias: [Float]
  /// Two source rows resized along x, and the row between them.
  private let rows: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>)
  private let mixed: UnsafeMutablePointer<Float>

  init(spec: TensorSpec, layout: PixelLayout) {
    self.spec = spec
    self.layout = layout
    let spans = spec.spans(layout.size)
    let sampler = RowSampler(
      layout: layout, axis: ResampleAxis(spans.x, source: layout.width), color: spec.color)
    vertical = ResampleAxis(spans.y, source: layout.height)
    gain = spec.std.map { Float(spec.scale / $0) }
    bias = zip(spec.mean, spec.std).map { Float(-$0 / $1) }
    rows = (.allocate(capacity: sampler.rowCapacity), .allocate(capacity: sampler.rowCapacity))
    mixed = .allocate(capacity: sampler.rowCapacity)
    self.sampler = sampler
  }

  deinit {
    rows.0.deallocate()
    rows.1.deallocate()
    mixed.deallocate()
  }

  /// Writes the whole frame at `source` into the slot at `target`.
  func write<T: TensorElement>(_ source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<T>) {
    let top = vertical.offset
    let bottom = top + vertical.count
    for y in 0..<top { pad(0..<spec.width, row: y, target) }
    for y in bottom..<spec.height { pad(0..<spec.width, row: y, target) }

    let left = sampler.axis.offset
    let right = left + sampler.axis.count
    // Neighbouring target rows share source rows: `upper` and `lower` say which ones the buffers hold.
    var (upper, lower) = rows
    var (upperRow, lowerRow) = (-1, -1)
    for y in 0..<vertical.count {
      let (first, second, weight) = (vertical.first[y], vertical.second[y], vertical.weight[y])
      if first != upperRow, first == lowerRow {
        swap(&upper, &lower)
        swap(&upperRow, &lowerRow)
      }
      if first != upperRow {
        sampler.sample(first, of: source, into: upper)
        upperRow = first
      }
      if weight == 0 {
        store(upper, row: top + y, target)
      } else {
        if second != lowerRow {
          sampler.sample(second, of: source, into: lower)
          lowerRow = second
        }
        mix(upper, lower, weight)
        store(mixed, row: top + y, target)
      }
      pad(0..<left, row: top + y, target)
      pad(right..<spec.width, row: top + y, target)
    }
  }

  private func mix(
    _ upper: UnsafeMutablePointer<Float>, _ lower: UnsafeMutablePointer<Float>, _ weight: Float
  ) {
    for i in 0..<(sampler.planes * sampler.axis.count) {
      mixed[i] = upper[i] + (lower[i] - upper[i]) * weight
    }
  }

  /// Normalises one row of planes and lays it out.
  private func store<T: TensorElement>(
    _ row: UnsafeMutablePointer<Float>, row y: Int, _ target: UnsafeMutablePointer<T>
  ) {
    let count = sampler.axis.count
    let step = spec.pixelStride
    for channel in 0..<spec.channels {
      let plane = sampler.planes == 1 ? row : row + channel * count
      let out = start(channel, sampler.axis.offset, y, target)
      let (gain, bias) = (gain[channel], bias[channel])
      if step == 1 {
        for x in 0..<count { out[x] = T.element(plane[x] * gain + bias) }
      } else {
        for x in 0..<count { out[x &* step] = T.element(plane[x] * gain + bias) }
      }
    }
  }

  private func pad<T: TensorElement>(_ columns: Range<Int>, row y: Int, _ target: UnsafeMutablePointer<T>) {
    guard !columns.isEmpty else { return }
    let step = spec.pixelStride
    for channel in 0..<spec.channels {
      let value = T.element(Float(spec.pad[channel]) * gain[channel] + bias[channel])
      let out = start(channel, columns.lowerBound, y, target)
      for x in 0..<columns.count { out[x &* step] = value }
    }
  }

  @inline(__always)
  private func start<T>(_ channel: Int, _ x: Int, _ y: Int, _ target: UnsafeMutablePointer<T>)
    -> UnsafeMutablePointer<T>
  {
    target + channel * spec.channelStride + y * spec.rowStride + x * spec.pixelStride
  }
}
