import FoundationEssentials

/// The outputs of a report: standard output, and the file of `--report`.
package enum ReportFile {
  /// Shows a report and saves it: one that cannot be shown is saved, and one that cannot be saved is shown.
  /// - Parameters:
  ///   - table: what people read; `nil` shows the JSON.
  ///   - isAside: shows it on standard error, as standard output has something else.
  /// - Returns: false when whoever read standard output is gone.
  package static func publish(_ json: String, _ table: String?, _ path: String?, isAside: Bool = false) throws
    -> Bool
  {
    let shown = Result {
      guard isAside else { return try StandardOutput.write(table ?? json) }
      Console.shared.lines(table ?? json)
      return true
    }
    try write(json, path)
    return try shown.get()
  }

  /// Writes the JSON of a report to the file that the user named, if any.
  private static func write(_ json: String, _ path: String?) throws {
    guard let path else { return }
    do {
      try Data((json + "\n").utf8).write(to: URL(filePath: path))
    } catch {
      throw Failure("cannot write the report to \(path): \(reason(error))", code: .failed)
    }
  }

  /// Returns the system's reason instead of Foundation's message.
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
