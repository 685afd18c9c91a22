/// Why a model cannot be created or used.
public enum ModelError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The manifest file cannot be read.
  case unreadable(file: String, reason: String)
  /// The manifest is not JSON, or a key is missing, unknown or has a wrong value.
  case invalidManifest(file: String, problem: String)
  /// No builtin model has this name.
  case unknownModel(String, known: [String])
  /// The manifest names a runtime that this version does not have.
  case runtimeUnavailable(model: String, kind: String)
  /// The model failed on a batch.
  case inference(model: String, reason: String)

  public var description: String {
    switch self {
    case .unreadable(let file, let reason):
      "cannot read model manifest \(file): \(reason)"
    case .invalidManifest(let file, let problem):
      "\(file): \(problem)"
    case .unknownModel(let name, let known):
      "no builtin model \"\(name)\"; runtime.model (or else name) must be one of: "
        + known.joined(separator: ", ")
    case .runtimeUnavailable(let model, let kind):
      "model \"\(model)\": runtime.kind \"\(kind)\" is not available in this version; use \"builtin\""
    case .inference(let model, let reason):
      "model \"\(model)\": \(reason)"
    }
  }
}
