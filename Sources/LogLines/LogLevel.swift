/// The importance of a log line, from details to errors that end the program.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
  case trace, debug, info, notice, warning, error, critical

  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.severity < right.severity }

  /// Position in `allCases`. A switch, because a search would build an array for each line.
  private var severity: Int {
    switch self {
    case .trace: 0
    case .debug: 1
    case .info: 2
    case .notice: 3
    case .warning: 4
    case .error: 5
    case .critical: 6
    }
  }
}
