import CFrameKernels
import FrameCore

/// Everything about one source layout that does not change between frames, and the row buffers.
final class FramePlan {
  private enum Source {
    /// Packed pixels; samplers are those of its planes, none when pixels are only copied.
    case pixels(ByteRows)
    case planes(PlanarLayout)
  }

  let layout: DecodedLayout
  private let spec: TensorSpec
  private let spans: (x: ResampleSpan, y: ResampleSpan)
  private let source: Source
  private let samplers: [PlaneSampler]
  private let emitter: RowEmitter
  private let kernels: ff_kernels
  /// Of packed pixels that are only copied: the first source column and row.
  private let corner: (x: Int, y: Int)?

  init(spec: TensorSpec, layout: DecodedLayout, kernels: ff_kernels) {
    self.spec = spec
    self.layout = layout
    self.kernels = kernels
    emitter = RowEmitter(spec, kernels)
    switch layout {
    case .pixels(let pixels):
      let spans = spec.spans(pixels.size)
      let rows = ByteRows(pixels, kernels)
      source = .pixels(rows)
      let isCopy = spans.x.isCopy && spans.y.isCopy && !(spec.color == .gray && rows.planes == 3)
      corner = isCopy ? (Int(spans.x.start), Int(spans.y.start)) : nil
      let plane = SamplePlane(
        offset: 0, stride: pixels.width, width: pixels.width, height: pixels.height, spacingX: 1, spacingY: 1)
      samplers = isCopy ? [] : (0..<rows.planes).map { _ in PlaneSampler(spans, plane, kernels) }
      self.spans = spans
    case .planes(let planes):
      spans = spec.spans(planes.size)
      source = .planes(planes)
      corner = nil
      var all = [planes.luma]
      if spec.color != .gray, let chroma = planes.chroma { all += [chroma.blue, chroma.red] }
      let spans = spans
      samplers = all.map { PlaneSampler(spans, $0, kernels) }
    }
  }

  /// Writes the whole frame at `source` into the slot at `slot`.
  func write(_ samples: UnsafePointer<UInt8>, to slot: UnsafeMutableRawPointer) {
    if case .pixels(let rows) = source { rows.begin(samples) }
    let top = spans.y.offset
    let bottom = top + spans.y.count
    for y in 0..<top { bar(slot, y, 0..<spec.width) }
    for y in bottom..<spec.height { bar(slot, y, 0..<spec.width) }
    let (left, right) = (spans.x.offset, spans.x.offset + spans.x.count)
    for y in 0..<spans.y.count {
      let place = RowEmitter.Place(slot: slot, row: top + y, column: left, count: spans.x.count)
      switch source {
      case .pixels(let rows):
        if let corner { copy(rows, corner.y + y, corner.x, place) } else { packed(rows, y, place) }
      case .planes(let layout): planes(samples, layout, y, place)
      }
      bar(slot, top + y, 0..<left)
      bar(slot, top + y, right..<spec.width)
    }
  }

  private func bar(_ slot: UnsafeMutableRawPointer, _ y: Int, _ columns: Range<Int>) {
    emitter.bar(
      RowEmitter.Place(slot: slot, row: y, column: columns.lowerBound, count: columns.count))
  }

  private func copy(_ rows: ByteRows, _ y: Int, _ x: Int, _ place: RowEmitter.Place) {
    guard rows.planes == 3 else { return emitter.gray(rows.row(y, plane: 0) + x, place) }
    emitter.color(
      red: rows.row(y, plane: 0) + x, green: rows.row(y, plane: 1) + x, blue: rows.row(y, plane: 2) + x,
      place)
  }

  private func packed(_ rows: ByteRows, _ y: Int, _ place: RowEmitter.Place) {
    for (plane, sampler) in samplers.enumerated() { sampler.sample(y) { rows.row($0, plane: plane) } }
    guard samplers.count == 3 else { return emitter.gray(UnsafePointer(samplers[0].sampled), place) }
    let (red, green, blue) = (samplers[0].sampled, samplers[1].sampled, samplers[2].sampled)
    guard spec.color == .gray else {
      return emitter.color(
        red: UnsafePointer(red), green: UnsafePointer(green), blue: UnsafePointer(blue), place)
    }
    kernels.gray(red, green, blue, place.count)
    emitter.gray(UnsafePointer(red), place)
  }

  private func planes(
    _ samples: UnsafePointer<UInt8>, _ layout: PlanarLayout, _ y: Int, _ place: RowEmitter.Place
  ) {
    samplers[0].sample(y) { samples + layout.luma.offset + $0 * layout.luma.stride }
    guard samplers.count == 3, let chroma = layout.chroma else {
      return emitter.gray(UnsafePointer(samplers[0].sampled), place)
    }
    samplers[1].sample(y) { samples + chroma.blue.offset + $0 * chroma.blue.stride }
    samplers[2].sample(y) { samples + chroma.red.offset + $0 * chroma.red.stride }
    emitter.color(
      luma: UnsafePointer(samplers[0].sampled), chromaBlue: UnsafePointer(samplers[1].sampled),
      chromaRed: UnsafePointer(samplers[2].sampled), place)
  }
}
