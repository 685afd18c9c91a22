import CFrameKernels
import FrameCore

/// The data for one source layout that does not change between frames, and the row buffers.
final class FramePlan {
  private enum Source {
    /// Packed pixels; the samplers are those of their planes, none when pixels are only copied.
    case pixels(ByteRows)
    case planes(PlanarLayout)
  }

  let layout: DecodedLayout
  private let spec: TensorSpec
  private let spans: (x: ResampleSpan, y: ResampleSpan)
  private let source: Source
  private let samplers: [PlaneSampler]
  /// Reads interleaved pixels directly where the frame shrinks enough; `nil` where rows are split first.
  private let picker: PixelPicker?
  private let emitter: RowEmitter
  private let kernels: ff_kernels
  /// The memory to write the frame to, and the next covered row.
  private var slot: UnsafeMutableRawPointer?
  private var next = 0
  /// The first source column and row of packed pixels that are only copied.
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
      picker = PixelPicker(pixels, samplers, kernels)
      self.spans = spans
    case .planes(let planes):
      spans = spec.spans(planes.size)
      source = .planes(planes)
      corner = nil
      var all = [planes.luma]
      if spec.color != .gray, let chroma = planes.chroma { all += [chroma.blue, chroma.red] }
      let spans = spans
      samplers = all.map { PlaneSampler(spans, $0, kernels) }
      picker = nil
    }
  }

  /// Starts a frame: fills its letterbox bars at the top and bottom.
  func begin(_ slot: UnsafeMutableRawPointer) {
    self.slot = slot
    next = 0
    let top = spans.y.offset
    for y in 0..<top { bar(slot, y, 0..<spec.width) }
    for y in (top + spans.y.count)..<spec.height { bar(slot, y, 0..<spec.width) }
  }

  /// Writes the frame at `samples`, or one of `parts` parts of it.
  func write(
    _ samples: UnsafePointer<UInt8>, to slot: UnsafeMutableRawPointer, part: Int = 0, of parts: Int = 1
  ) {
    if part == 0 { begin(slot) }
    let count = spans.y.count
    let rows = part * count / parts..<(part + 1) * count / parts
    if case .pixels(let bytes) = source { bytes.begin(samples) }
    for y in rows {
      let place = beginRow(slot, y)
      switch source {
      case .planes(let layout): planes(samples, layout, y, place)
      case .pixels(let bytes):
        if let corner { copy(bytes, corner.y + y, corner.x, place) } else { packed(bytes, y, place) }
      }
    }
  }

  /// Writes the rows for which enough rows of the planes are available.
  func advance(_ samples: UnsafePointer<UInt8>, luma: Int, chroma: Int) {
    guard let slot, case .planes(let layout) = source else { return }
    let hasColor = samplers.count == 3
    while next < spans.y.count {
      guard samplers[0].rows.second[next] < luma, !hasColor || samplers[1].rows.second[next] < chroma else {
        return
      }
      planes(samples, layout, next, beginRow(slot, next))
      next += 1
    }
  }

  /// Returns the covered part of a row and fills its bars.
  private func beginRow(_ slot: UnsafeMutableRawPointer, _ y: Int) -> RowEmitter.Place {
    let (left, right) = (spans.x.offset, spans.x.offset + spans.x.count)
    let row = spans.y.offset + y
    bar(slot, row, 0..<left)
    bar(slot, row, right..<spec.width)
    return RowEmitter.Place(slot: slot, row: row, column: left, count: spans.x.count)
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
    if let picker {
      picker.pick(y, rows.start)
    } else {
      for (plane, sampler) in samplers.enumerated() { sampler.sample(y) { rows.row($0, plane: plane) } }
    }
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
    samplers[0].sample(y) { samples + layout.luma.start($0) }
    guard samplers.count == 3, let chroma = layout.chroma else {
      return emitter.gray(UnsafePointer(samplers[0].sampled), place)
    }
    samplers[1].sample(y) { samples + chroma.blue.start($0) }
    samplers[2].sample(y) { samples + chroma.red.start($0) }
    emitter.color(
      luma: UnsafePointer(samplers[0].sampled), chromaBlue: UnsafePointer(samplers[1].sampled),
      chromaRed: UnsafePointer(samplers[2].sampled), place)
  }
}
