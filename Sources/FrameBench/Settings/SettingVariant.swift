import KafkaTransport

/// One change to librdkafka's defaults.
public struct SettingVariant: Sendable {
  /// librdkafka's name; for a whole preset the name of the preset.
  let setting: String
  /// The value as displayed: `***` for a secret.
  let value: String
  let preset: SettingsPreset
  let settings: [String]

  private init(_ setting: String, _ value: String) {
    self.setting = setting
    self.value = KafkaSettings.isSecret(setting) ? "***" : value
    preset = .librdkafka
    settings = ["\(setting)=\(value)"]
  }

  private init(preset: SettingsPreset, _ name: String) {
    setting = name
    value = ""
    self.preset = preset
    settings = []
  }

  /// The baseline of all others.
  static let defaults = SettingVariant(preset: .librdkafka, "librdkafka's defaults")

  /// Parses one `key=value`.
  init(argument: String) throws(BenchError) {
    guard let (key, value) = KafkaSettings.split(argument) else {
      let got = KafkaSettings.nameable(argument)
      throw .option("--setting: expected key=value, as in --setting linger.ms=100; got \"\(got)\"")
    }
    self.init(key, value)
  }

  /// The settings that users of Kafka clients often change, each with useful values. The defaults are measured twice to
  /// show the effect of chance alone.
  public static let standard: [SettingVariant] =
    [SettingVariant(preset: .librdkafka, "the defaults once more")]
    + [
      ("linger.ms", ["0", "100"]), ("acks", ["0", "1"]), ("enable.idempotence", ["true"]),
      ("socket.nagle.disable", ["true"]), ("fetch.wait.max.ms", ["0", "10", "100"]),
      ("compression.type", ["lz4", "zstd"]), ("batch.size", ["16384", "10000000"]),
      // 0: each payload is sent by reference; the largest: each is copied.
      ("message.copy.max.bytes", ["0", "1000000000"]), ("check.crcs", ["true"]),
      ("socket.send.buffer.bytes", ["1000000"]), ("socket.receive.buffer.bytes", ["1000000"]),
      ("max.in.flight.requests.per.connection", ["1"]),
    ].flatMap { name, values in values.map { SettingVariant(name, $0) } }
    + [SettingVariant(preset: .lowLatency, "all of the low-latency preset")]
}
