/// One message with its level and fields.
public struct LogLine: Sendable, Equatable {
  /// A fact about the message, for machines to filter by: `.field("topic", "frames")`.
  public struct Field: Sendable, Equatable {
    public let key: String
    public let value: String

    public static func field(_ key: String, _ value: some CustomStringConvertible) -> Field {
      Field(key: key, value: value.description)
    }
  }

  public let level: LogLevel
  public let message: String
  public let fields: [Field]

  public init(level: LogLevel, message: String, fields: [Field] = []) {
    self.level = level
    self.message = message
    self.fields = fields
  }

  /// `warning: message  key=value`: the level where it is not the usual one, the fields where there are any.
  ///
  /// Control and format characters are shown as `?`: texts may come from the network, and must not steer a terminal.
  public var text: String {
    let prefix =
      switch level {
      case .trace, .debug: "debug: "
      case .info, .notice: ""
      case .warning: "warning: "
      case .error, .critical: "error: "
      }
    let facts = fields.map { "  \($0.key)=\($0.value)" }.joined()
    return Self.printable(prefix + message + facts)
  }

  /// A text without characters that steer a terminal or begin a line.
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
