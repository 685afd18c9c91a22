/// The destination of a library's messages: those of at least ``level`` go to ``handler``.
///
/// A value that is passed to each type that logs; there is no global logger.
public struct Log: Sendable {
  /// Receives the lines, on the thread that logs.
  public typealias Handler = @Sendable (LogLine) -> Void

  /// Lines below this level are dropped before their message is built.
  public var level: LogLevel
  public let handler: Handler

  /// - Parameter handler: by default, lines on standard error.
  public init(level: LogLevel = .notice, handler: @escaping Handler = StandardErrorLog.write) {
    self.level = level
    self.handler = handler
  }

  /// Drops all lines.
  public static let silent = Log(level: .critical) { _ in }

  /// Logs a message, with facts about it as named fields.
  public func callAsFunction(
    _ level: LogLevel, _ message: @autoclosure () -> String,
    _ fields: @autoclosure () -> [LogLine.Field] = []
  ) {
    guard level >= self.level else { return }
    handler(LogLine(level: level, message: message(), fields: fields()))
  }

  /// Logs at ``LogLevel/debug``.
  public func debug(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [LogLine.Field] = []) {
    self(.debug, message(), fields())
  }

  /// Logs at ``LogLevel/info``.
  public func info(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [LogLine.Field] = []) {
    self(.info, message(), fields())
  }

  /// Logs at ``LogLevel/notice``.
  public func notice(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [LogLine.Field] = [])
  {
    self(.notice, message(), fields())
  }

  /// Logs at ``LogLevel/warning``.
  public func warning(
    _ message: @autoclosure () -> String, _ fields: @autoclosure () -> [LogLine.Field] = []
  ) {
    self(.warning, message(), fields())
  }

  /// Logs at ``LogLevel/error``.
  public func error(_ message: @autoclosure () -> String, _ fields: @autoclosure () -> [LogLine.Field] = []) {
    self(.error, message(), fields())
  }
}
