import FrameCodecs
import FrameCore

/// FrameFeed's base64 layer over pixels, in one direction.
final class OwnBase64: TensorContender {
  let name = "FrameFeed"
  let kind = TensorReport.Kind.framefeed
  let job: TensorReport.Job
  private let frames: [(sample: SampleFrames.Sample, text: SampleFrames.Form)]
  private let format: PayloadFormat
  private let encoder: FrameEncoder
  private let decoder = FrameDecoder()
  private let pool = FramePool(buffers: 4)

  init(_ job: TensorReport.Job, _ samples: [SampleFrames.Sample]) throws(BenchError) {
    self.job = job
    encoder = FrameEncoder(codec: try SampleFrames.codec("raw+base64"))
    var frames: [(SampleFrames.Sample, SampleFrames.Form)] = []
    var format: PayloadFormat?
    for sample in samples {
      guard let frame = sample.pixels.captured(sample.origin, pool) else { continue }
      do throws(CodecError) {
        let encoded = try encoder.encode(frame, into: pool)
        format = encoded.format
        let text = encoded.payload.bytes.withUnsafeBytes { [UInt8]($0) }
        frames.append((sample, SampleFrames.Form(content: encoded.format.content, bytes: text)))
      } catch {
        throw .codec(error)
      }
    }
    guard let format else { throw .failed("there is no frame") }
    self.frames = frames
    self.format = format
  }

  var count: Int { frames.count }

  func once(_ at: Int) throws(BenchError) -> Int64 {
    let (sample, text) = frames[at]
    do throws(CodecError) {
      guard job == .base64Encode else {
        var format = format
        format.content = text.content
        let before = FrameClock.monotonic()
        try decoder.decodePixels(text.bytes.span.bytes, format: format) { _, _ in }
        return FrameClock.monotonic() - before
      }
      guard let frame = sample.pixels.captured(sample.origin, pool) else { return 0 }
      let before = FrameClock.monotonic()
      _ = try encoder.encode(frame, into: pool)
      return FrameClock.monotonic() - before
    } catch {
      throw .codec(error)
    }
  }

  func tensor(_ frame: Int) throws(BenchError) -> [Float]? { nil }
}
