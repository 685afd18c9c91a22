public import FrameCore
public import FrameTensors

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#else
  #error("no C library known for this platform")
#endif

/// Does nothing, for as long as `runtime.delayMs` says: measures a feed without a model, or with one that slow.
public final class NullModel: Model {
  static let name = "null"
  static let summary = "no outputs; measures the feed up to the tensor, or with a model of runtime.delayMs"

  public let manifest: ModelManifest
  public let outputs: [ModelOutput] = []

  public init(_ manifest: ModelManifest) { self.manifest = manifest }

  public func infer(
    _ batch: BatchTensor, frames: [FrameIdentity], values: inout [Double]
  ) throws(ModelError) {
    try prepare(batch, frames, &values)
    if manifest.runtime.delayMilliseconds > 0 { usleep(UInt32(manifest.runtime.delayMilliseconds) * 1000) }
  }
}
