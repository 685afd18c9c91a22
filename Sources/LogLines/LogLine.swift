/// One message with its level and fields.
public struct LogLine: Sendable, Equatable {
  /// A fact in the message, for filtering by programs: `.field("partition", 3)`.
  public struct Field: Sendable, Equatable {
    public let key: String
    public let value: String

    public static func field(_ key: String, _ value: some CustomStringConvertible) -> Field {
      Field(key: key, value: value.description)
    }
  }

  public let level: LogLevel
  /// A sentence that is complete without the fields.
  public let message: String
  public let fields: [Field]

  public init(level: LogLevel, message: String, fields: [Field] = []) {
    self.level = level
    self.message = message
    self.fields = fields
  }

  /// The line for people, `warning: message`, with the level where it is not the usual one.
  ///
  /// Control and format characters are shown as `?`: texts may come from the network, and must not control a terminal.
  public var text: String {
    let prefix =
      switch level {
      case .trace, .debug: "debug: "
      case .info, .notice: ""
      case .warning: "warning: "
      case .error, .critical: "error: "
      }
    return Self.printable(prefix + message)
  }

  /// Returns a text without characters that control a terminal or start a line.
  public static func printable(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { scalar in
          switch scalar.properties.generalCategory {
          case .control, .format, .lineSeparator, .paragraphSeparator: "?"
          default: scalar
          }
        }))
  }
}
