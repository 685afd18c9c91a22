import FrameCore

/// A manifest file found in a folder, valid or not.
public struct ManifestListing: Sendable {
  public let file: String
  public let manifest: Result<ModelManifest, ModelError>
}

/// The models of this program, by name.
public enum ModelRegistry {
  /// Creates a model from its manifest.
  public typealias Maker = @Sendable (ModelManifest) throws(ModelError) -> any Model

  private struct Entry: Sendable {
    let name: String
    let summary: String
    let make: Maker
  }

  private static let entries = Lock<[Entry]>([
    Entry(name: NullModel.name, summary: NullModel.summary) { NullModel($0) },
    Entry(name: ChannelStatistics.name, summary: ChannelStatistics.summary) { ChannelStatistics($0) },
    Entry(name: MotionModel.name, summary: MotionModel.summary) { MotionModel($0) },
  ])

  /// The models of this program, which `runtime.model` may name.
  public static var builtins: [(name: String, summary: String)] {
    entries.withLock { $0.map { ($0.name, $0.summary) } }
  }

  /// Adds a model, or replaces one of the same name.
  public static func register(_ name: String, summary: String, make: @escaping Maker) {
    entries.withLock { entries in
      entries.removeAll { $0.name == name }
      entries.append(Entry(name: name, summary: summary, make: make))
    }
  }

  /// Creates the model that a manifest names.
  public static func make(_ manifest: ModelManifest) throws(ModelError) -> any Model {
    guard manifest.runtime.kind == .builtin else {
      throw .runtimeUnavailable(model: manifest.name, kind: manifest.runtime.kind.rawValue)
    }
    let name = manifest.runtime.model ?? manifest.name
    let known = entries.withLock { $0 }
    guard let entry = known.first(where: { $0.name == name }) else {
      throw .unknownModel(name, known: known.map(\.name))
    }
    return try entry.make(manifest)
  }

  /// Returns the manifests (`*.json`) in a folder, sorted by file name; an invalid one has its error.
  public static func manifests(in directory: String) throws(ModelError) -> [ManifestListing] {
    var listings = [ManifestListing]()
    for name in try ManifestFile.list(directory) {
      let file = "\(directory)/\(name)"
      do throws(ModelError) {
        listings.append(ManifestListing(file: file, manifest: .success(try ModelManifest.load(file))))
      } catch {
        listings.append(ManifestListing(file: file, manifest: .failure(error)))
      }
    }
    return listings
  }
}
