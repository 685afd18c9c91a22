import CommandArguments
import FrameModels
import FrameTensors

/// `framefeed models`: lists the models that a sink can run.
struct ModelsCommand: Command {
  static let about = CommandText(
    "models", "List model manifests, or show one.",
    examples: [
      "framefeed models",
      "framefeed models motion",
    ])

  static let arguments: [Argument<ModelsCommand>] = [
    .operand(\.name, "name", completion: .files, "A manifest's name, or its file."),
    .option(\.directory, "directory", completion: .directories, "Where manifests are."),
  ]

  var name: String?
  var directory = "models"

  func run() async throws {
    do throws(ModelError) {
      if let name {
        let isFile = name.hasSuffix(".json")
        show(try ModelManifest.load(isFile ? name : "\(directory)/\(name).json"))
      } else {
        try list()
      }
    } catch {
      throw Failure(error)
    }
  }

  private func list() throws(ModelError) {
    print("built in:")
    for model in ModelRegistry.builtins { print("  \(model.name): \(model.summary)") }
    print("manifests in \(directory):")
    for listing in try ModelRegistry.manifests(in: directory) {
      switch listing.manifest {
      case .success(let manifest): print("  \(listing.file): \(manifest.name), \(Self.shape(manifest.input))")
      case .failure(let error): print("  \(error)")
      }
    }
  }

  private func show(_ manifest: ModelManifest) {
    let input = manifest.input
    print("name      \(manifest.name)")
    print("runtime   \(manifest.runtime.kind.rawValue) \(manifest.runtime.model ?? manifest.name)")
    print("input     \(Self.shape(input))")
    print("fit       \(input.fit.rawValue)\(input.fit == .letterbox ? ", pad \(input.pad)" : "")")
    print("values    (pixel * \(input.scale) - mean) / std, mean \(input.mean), std \(input.std)")
    print("batch     up to \(input.batch) frames, waiting at most \(input.batchTimeoutMilliseconds) ms")
  }

  private static func shape(_ input: TensorSpec) -> String {
    let axes =
      input.layout == .nchw
      ? [input.batch, input.channels, input.height, input.width]
      : [input.batch, input.height, input.width, input.channels]
    return "\(input.layout.rawValue) \(axes) \(input.type.rawValue) \(input.color.rawValue)"
  }
}
