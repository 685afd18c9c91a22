import FoundationEssentials

/// Where `--report` goes.
enum ReportFile {
  /// Writes the JSON of a report to the file that the user named, if any.
  static func write(_ json: String, _ path: String?) throws {
    guard let path else { return }
    do {
      try Data((json + "\n").utf8).write(to: URL(filePath: path))
    } catch {
      throw Failure("cannot write the report to \(path): \(reason(error))", code: .failed)
    }
  }

  /// The system's words rather than Foundation's.
  private static func reason(_ error: any Error) -> String {
    let error = error as? CocoaError
    switch error?.code {
    case .fileNoSuchFile: return "no such directory"
    case .fileWriteNoPermission: return "permission denied"
    case .fileWriteOutOfSpace: return "no space left on device"
    default: return "the file cannot be written"
    }
  }
}
