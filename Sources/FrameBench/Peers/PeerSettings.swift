import FoundationEssentials
import KafkaTransport

/// Kafka settings for a process of this program: its arguments, and in its environment the secrets, because every user
/// of the machine can read the arguments of a process.
public struct PeerSettings: Sendable {
  public private(set) var arguments: [String] = []
  public private(set) var environment: [String: String] = [:]

  /// - Parameters:
  ///   - file: the value of `--kafka-config`.
  ///   - settings: each as `key=value`.
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
