import FrameCore

extension SmallFile.Failure {
  /// Why a file with settings or a secret is of no use; follows the file's name.
  var ofSettings: String {
    switch self {
    case .unreadable(let reason): "cannot be read: \(reason)"
    case .tooLarge: "is above 1 MiB: not a file of settings"
    }
  }
}
