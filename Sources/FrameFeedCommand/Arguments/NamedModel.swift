package import FrameCodecs
package import FrameModels
import FrameTensors

/// The model that a command line names by its manifest.
package enum NamedModel {
  /// Reads a manifest; without one, a model that only takes the tensors.
  package static func manifest(_ path: String?) throws -> ModelManifest {
    guard let path else {
      return ModelManifest(
        name: "null", runtime: ModelRuntime(kind: .builtin),
        input: TensorSpec(width: 640, height: 640, fit: .letterbox))
    }
    do throws(ModelError) { return try ModelManifest.load(path) } catch { throw Failure(error) }
  }

  /// Shrinks frames to what the model of a manifest takes.
  package static func fitting(_ manifest: String) throws -> FrameResizing {
    let spec = try Self.manifest(manifest).input
    return .sufficient { spec.sufficientSize(of: $0) }
  }
}
