import CFloors
import FrameCodecs
import FrameCore
import FrameFeed
import FrameTensors

/// One method to convert a frame to a tensor; or a floor, the minimum work of any method.
protocol TensorContender: AnyObject {
  var name: String { get }
  var kind: TensorReport.Kind { get }
  var job: TensorReport.Job { get }
  /// Number of frames that it has.
  var count: Int { get }
  /// Processes a frame.
  /// - Returns: the time it took, ns.
  func once(_ frame: Int) throws(BenchError) -> Int64
  /// Processes the next frame, to warm up after the other contenders' turns, and then this one.
  /// - Returns: the time of the second, ns.
  func time(_ frame: Int) throws(BenchError) -> Int64
  /// Returns the tensor it produces from a frame, in memory order; `nil` when it produces none.
  func tensor(_ frame: Int) throws(BenchError) -> [Float]?
}

extension TensorContender {
  func time(_ frame: Int) throws(BenchError) -> Int64 {
    _ = try once((frame + 1) % count)
    return try once(frame)
  }
}

/// FrameFeed's own method, as in the sink.
final class OwnTensors: TensorContender {
  let name: String
  let kind = TensorReport.Kind.framefeed
  let job: TensorReport.Job
  private let forms: [SampleFrames.Form]
  private let decoder: FrameDecoder
  private let writer: TensorWriter
  private let batch: BatchTensor

  /// - Parameter forms: JPEG files, or pixels.
  init(
    _ name: String, _ job: TensorReport.Job, _ forms: [SampleFrames.Form], _ spec: TensorSpec,
    _ exactness: DecodeDemand.Exactness = .accurate, crew: DecodeCrew? = nil
  ) {
    self.name = name
    self.job = job
    self.forms = forms
    var demand = DecodeDemand(spec)
    demand.exactness = exactness
    decoder = FrameDecoder(demand: demand, crew: crew)
    writer = TensorWriter(spec: spec)
    var single = spec
    single.batch = 1
    batch = TensorPool(spec: single, batches: 1).take()!
  }

  var count: Int { forms.count }

  func once(_ frame: Int) throws(BenchError) -> Int64 {
    let form = forms[frame]
    let before = FrameClock.monotonic()
    writer.aim(at: batch.slotBytes(0))
    do throws(CodecError) {
      try decoder.decode(form.bytes.span.bytes, format: PayloadFormat(content: form.content), to: writer)
    } catch {
      throw .codec(error)
    }
    return FrameClock.monotonic() - before
  }

  func tensor(_ frame: Int) throws(BenchError) -> [Float]? {
    _ = try once(frame)
    return batch.floats(slot: 0)
  }
}

/// libjpeg-turbo alone: decodes to planes at the scale that FrameFeed uses.
final class JPEGFloor: TensorContender {
  let name = "floor: libjpeg-turbo to planes"
  let kind = TensorReport.Kind.floor
  let job = TensorReport.Job.jpeg
  private let forms: [SampleFrames.Form]
  private let decoder: FrameDecoder
  private let nowhere = Nowhere()

  private final class Nowhere: FrameReceiver {
    func receive(_ samples: RawSpan, _ layout: DecodedLayout) {}
    func receive(_ samples: RawSpan, _ layout: DecodedLayout, part: Int, of parts: Int) {}
    func begin(_ layout: PlanarLayout) {}
    func receive(_ samples: RawSpan, luma: Int, chroma: Int) {}
  }

  init(_ forms: [SampleFrames.Form], _ spec: TensorSpec) {
    self.forms = forms
    decoder = FrameDecoder(demand: DecodeDemand(spec), crew: nil, libraryOnly: true)
  }

  var count: Int { forms.count }

  func once(_ frame: Int) throws(BenchError) -> Int64 {
    let form = forms[frame]
    let before = FrameClock.monotonic()
    do throws(CodecError) {
      try decoder.decode(form.bytes.span.bytes, format: PayloadFormat(content: form.content), to: nowhere)
    } catch {
      throw .codec(error)
    }
    return FrameClock.monotonic() - before
  }

  func tensor(_ frame: Int) throws(BenchError) -> [Float]? { nil }
}

/// A loop over pixels, as written in plain C, into memory that is reused.
final class LoopFloor: TensorContender {
  let name = "floor: a plain C loop"
  let kind = TensorReport.Kind.floor
  let job = TensorReport.Job.pixels
  private let forms: [SampleFrames.Form]
  private let batch: BatchTensor
  private let gain: [Float]
  private let bias: [Float]

  /// - Returns: `nil` where such a loop does not apply: other sizes, types and orders.
  init?(_ forms: [SampleFrames.Form], _ spec: TensorSpec) {
    let isPlain = spec.layout == .nchw && spec.type == .float32 && spec.color == .rgb
    guard isPlain,
      forms.allSatisfy({
        $0.content.layout == $0.content.layout.with(format: .rgb8)
          && $0.content.layout.width == spec.width && $0.content.layout.height == spec.height
      })
    else { return nil }
    self.forms = forms
    var single = spec
    single.batch = 1
    batch = TensorPool(spec: single, batches: 1).take()!
    gain = spec.std.map { Float(spec.scale / $0) }
    bias = zip(spec.mean, spec.std).map { Float(-$0 / $1) }
  }

  var count: Int { forms.count }

  func once(_ frame: Int) throws(BenchError) -> Int64 {
    let form = forms[frame]
    let layout = form.content.layout
    let before = FrameClock.monotonic()
    let floats = batch.base.assumingMemoryBound(to: Float.self)
    form.bytes.withUnsafeBufferPointer { bytes in
      ff_floor_planes(bytes.baseAddress, floats, layout.width * layout.height, gain, bias)
    }
    return FrameClock.monotonic() - before
  }

  func tensor(_ frame: Int) throws(BenchError) -> [Float]? {
    _ = try once(frame)
    return batch.floats(slot: 0)
  }
}
