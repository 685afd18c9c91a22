public import FrameCore
public import FrameTensors

/// Does nothing: measures a feed without a model.
public final class NullModel: Model {
  static let name = "null"
  static let summary = "no outputs; measures the feed up to the tensor"

  public let manifest: ModelManifest
  public let outputs: [ModelOutput] = []

  public init(_ manifest: ModelManifest) { self.manifest = manifest }

  public func infer(
    _ batch: BatchTensor, frames: [FrameIdentity], values: inout [Double]
  ) throws(ModelError) {
    try prepare(batch, frames, &values)
  }
}
