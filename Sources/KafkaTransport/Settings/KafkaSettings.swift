/// librdkafka settings by name: a preset, overridden by the user's own.
public struct KafkaSettings: Sendable, Equatable {
  /// Brokers to ask first, `HOST:PORT[,HOST:PORT]`.
  public var brokers: String
  /// The values for settings that the user does not set.
  public var preset = SettingsPreset.lowLatency
  /// The user's settings, in the order given; the last of the same name counts. The brokers are not among them, see
  /// ``brokers``.
  public private(set) var overrides: [Entry] = []
  /// The command-line arguments that were needed to connect to the brokers, for a shell, without secrets.
  private var further: [String] = []

  public struct Entry: Sendable, Equatable, CustomStringConvertible {
    public let key: String
    public let value: String

    /// Hides the value of a secret: settings may be printed to a program's log.
    public var description: String { "\(key)=\(KafkaSettings.isSecret(key) ? "***" : value)" }
  }

  public init(brokers: String) {
    self.brokers = brokers
  }

  /// Adds one setting that overrides all others. Brokers set by librdkafka's names replace ``brokers``.
  public mutating func set(_ key: String, _ value: String) {
    guard !Self.namesBrokers(key) else {
      brokers = value
      return
    }
    overrides.append(Entry(key: key, value: value))
  }

  /// Returns whether a setting names the brokers to ask first.
  public static func namesBrokers(_ key: String) -> Bool {
    key == "bootstrap.servers" || key == "metadata.broker.list"
  }

  /// The brokers, with the command-line arguments that name them.
  public var broker: NamedBroker { NamedBroker(brokers, further: further) }

  /// Adds `key=value` as written after `-X`; `@file:PATH` and `@env:NAME` stand for values.
  public mutating func set(argument: String) throws(TransportError) {
    guard let (key, value) = Self.split(argument) else {
      throw .setting(key: Self.nameable(argument), reason: "expected key=value, as in -X linger.ms=5")
    }
    set(key, try SettingReference.resolve(value, of: key))
    if Self.isOfTheConnection(key) {
      let isShown = !Self.isSecret(key) || SettingReference.isReference(value)
      further += ["-X", NamedBroker.quoted(isShown ? argument : "\(key)=***")]
    }
  }

  /// Returns whether a client may need the setting to connect to the brokers.
  private static func isOfTheConnection(_ key: String) -> Bool {
    ["security.", "sasl.", "ssl.", "ssl_", "enable.ssl.", "broker.address."].contains(where: key.hasPrefix)
  }

  /// Adds the settings of a properties file: one `key=value` per line; `#` and `!` start a comment.
  public mutating func load(file: String) throws(TransportError) {
    further += ["--kafka-config", NamedBroker.quoted(file)]
    for (key, value) in try PropertiesFile.read(file) {
      set(key, try SettingReference.resolve(value, of: key))
    }
  }

  /// Splits `key=value`; `nil` if it is something else.
  public static func split(_ argument: String) -> (key: String, value: String)? {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else { return nil }
    return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
  }

  /// Returns the part of a malformed argument that a message may show: a user who wrote `sasl.password:XYZ` does not
  /// want to read it in a log.
  public static func nameable(_ argument: String) -> String {
    let name = argument.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
    return SettingValues.isKnown(String(name)) ? String(name) : "(not shown)"
  }

  /// Returns the user's value of a setting.
  public func value(_ key: String) -> String? { overrides.last { $0.key == key }?.value }

  var usesTLS: Bool { ["ssl", "sasl_ssl"].contains(value("security.protocol")?.lowercased() ?? "") }

  /// Returns the user's value of a numeric setting.
  func number(_ key: String) -> Int? { value(key).flatMap { Int($0) } }

  /// Values that must not be shown, the longest first: one may be part of another. Very short ones would make
  /// any text unreadable.
  var secrets: [String] {
    overrides.filter { Self.isSecret($0.key) && $0.value.utf8.count > 3 }.map(\.value)
      .sorted { $0.utf8.count > $1.utf8.count }
  }

  /// Returns whether a setting's value must not be shown: passwords, private keys and tokens.
  ///
  /// librdkafka's are `sasl.password`, `sasl.oauthbearer.config`, `sasl.oauthbearer.client.secret`, `ssl.key.password`,
  /// `ssl.key.pem`, `ssl_key` and `ssl.keystore.password`; a shell command for Kerberos may hold one too. Parts of
  /// names are compared, so that settings of newer versions and of Java are covered.
  public static func isSecret(_ key: String) -> Bool {
    let key = key.lowercased()
    let secretWords = [
      "password", "secret", "ssl.key.pem", "ssl_key", "keystore.key", "token", "sasl.oauthbearer.config",
      "sasl.jaas", "kinit.cmd", "private.key", "assertion",
    ]
    // The address from which a token is requested is no secret.
    return secretWords.contains { key.contains($0) } && !key.hasSuffix("endpoint.url")
      && !key.hasSuffix(".file")
  }
}
