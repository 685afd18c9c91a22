/// librdkafka settings by name: a preset below, the user's own on top.
public struct KafkaSettings: Sendable, Equatable {
  /// Brokers to ask first, `HOST:PORT[,HOST:PORT]`.
  public var brokers: String
  /// What is set where the user sets nothing.
  public var preset = SettingsPreset.lowLatency
  /// What the user set, in the order given; the last of one name wins.
  public private(set) var overrides: [Entry] = []

  public struct Entry: Sendable, Equatable {
    public let key: String
    public let value: String
  }

  public init(brokers: String) {
    self.brokers = brokers
  }

  /// Adds one setting on top of all others.
  public mutating func set(_ key: String, _ value: String) {
    overrides.append(Entry(key: key, value: value))
  }

  /// Adds `key=value` as written behind `-X`.
  public mutating func set(argument: String) throws(TransportError) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
      throw .setting(key: argument, reason: "expected key=value, as in -X linger.ms=5")
    }
    set(String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
  }

  /// Adds the settings of a properties file: `key=value` a line; `#` and `!` start a comment.
  public mutating func load(file: String) throws(TransportError) {
    for (key, value) in try PropertiesFile.read(file) { set(key, value) }
  }

  /// The user's value of a setting.
  public func value(_ key: String) -> String? { overrides.last { $0.key == key }?.value }

  /// The user's value of a setting that is a number.
  func number(_ key: String) -> Int? { value(key).flatMap { Int($0) } }

  /// Whether a setting's value must not be shown: passwords, private keys and tokens.
  static func isSecret(_ key: String) -> Bool {
    let words = ["password", "secret", "ssl.key.pem", "token", "sasl.oauthbearer.config", "sasl.jaas"]
    return words.contains { key.contains($0) }
  }
}
