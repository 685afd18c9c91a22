import FrameCore
import FrameLatency
import FrameModels
import FrameSources
import FrameTensors

/// A source of the sample frames: each waits until the window has room for it.
final class SampleFeed: FrameSource {
  private let samples: [SampleFrames.Sample]
  private let takesFiles: Bool
  private let window: FlowWindow
  private let next = Monitor(0)
  let name: String

  init(_ frames: SampleFrames, takesFiles: Bool, window: FlowWindow) {
    samples = frames.samples
    name = frames.name
    self.takesFiles = takesFiles
    self.window = window
  }

  var nominalRate: Double? { nil }
  var isLive: Bool { false }
  var frameCount: Int? { nil }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    let number = next.withLock { number in
      defer { number += 1 }
      return number
    }
    guard window.wait() else {
      let reason = "the frames before did not reach the model within \(window.timeout.fixed(1)) s"
      throw .unreadable(name, reason: "\(reason): framefeed doctor checks the broker")
    }
    let sample = samples[number % samples.count]
    let form = takesFiles ? sample.file : sample.pixels
    guard let frame = form.captured(sample.origin, pool) else { throw .stopped }
    // A camera's frame is already in memory when it is delivered: the copy is not counted.
    window.start()
    return .frame(frame)
  }

  func rewind() throws(SourceError) {}

  func close() {}
}

/// A model that only reports the arrival of frames to the window.
final class ArrivalModel: DirectModel {
  let manifest: ModelManifest
  let outputs: [ModelOutput] = []
  private let window: FlowWindow

  /// Registers a window as a model that a sink can create by name.
  /// - Returns: the manifest that names it.
  static func register(_ window: FlowWindow) -> ModelManifest {
    let name = "compare-encodings"
    ModelRegistry.register(name, summary: "what `compare encodings` measures with") { manifest in
      ArrivalModel(manifest, window)
    }
    // The input size of image classifiers.
    return ModelManifest(
      name: name, runtime: ModelRuntime(kind: .builtin), input: TensorSpec(width: 224, height: 224))
  }

  private init(_ manifest: ModelManifest, _ window: FlowWindow) {
    self.manifest = manifest
    self.window = window
  }

  func infer(
    _ batch: BatchTensor, frames: [FrameIdentity], values: inout [Double]
  ) throws(ModelError) {
    values.removeAll(keepingCapacity: true)
    window.arrived(frames.count)
  }
}
