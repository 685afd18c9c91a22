import FoundationEssentials
import KafkaTransport

/// Kafka settings for a process of this program: its arguments, and in its environment what all users of the
/// machine may read there but must not.
public struct PeerSettings: Sendable {
  public private(set) var arguments: [String] = []
  public private(set) var environment: [String: String] = [:]

  /// - Parameters:
  ///   - file: of `--kafka-config`.
  ///   - settings: `key=value` each.
  public init(file: String? = nil, settings: [String] = []) {
    if let file { arguments = ["--kafka-config", file] }
    add(settings)
  }

  mutating func add(_ settings: [String]) {
    for setting in settings { arguments += ["-X", argument(setting)] }
  }

  private mutating func argument(_ setting: String) -> String {
    guard let (key, value) = KafkaSettings.split(setting), KafkaSettings.isSecret(key), !value.isEmpty,
      !SettingReference.isReference(value)
    else { return setting }
    let name = "FRAMEFEED_SETTING_\(environment.count)"
    environment[name] = value
    return "\(key)=\(SettingReference.toEnvironment(name))"
  }
}
