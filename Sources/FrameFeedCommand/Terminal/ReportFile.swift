import FoundationEssentials

/// The outputs of a report: standard output, and the file of `--report`.
enum ReportFile {
  /// Prints and saves a report. If one of the two fails, the other is still done.
  /// - Parameters:
  ///   - table: the table to print; `nil` prints the JSON.
  ///   - isAside: whether to print to standard error, as standard output is used otherwise.
  /// - Returns: false if the reader of standard output closed it.
  static func publish(_ json: String, _ table: String?, _ path: String?, isAside: Bool = false) throws -> Bool
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
