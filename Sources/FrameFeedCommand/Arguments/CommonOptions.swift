package import CommandArguments
import FoundationEssentials
import FrameCore
package import KafkaTransport
import LogLines

/// The broker, and any setting of librdkafka.
package struct BrokerOptions: ArgumentGroup {
  package static let heading = "Broker"
  package static let arguments: [Argument<BrokerOptions>] = [
    .option(
      \.broker, "broker", value: "host:port,...",
      "Brokers to connect to first (default: $FRAMEFEED_BROKER, else localhost:9092)."
    ).alias("bootstrap-server"),
    .option(
      \.settings, "X", value: "key=value",
      "Any librdkafka setting; repeatable. A value @file:PATH or @env:NAME is read from there, for passwords."
    ),
    .option(
      \.kafkaConfig, "kafka-config", value: "file", completion: .files,
      "A properties file of librdkafka settings (TLS, SASL), @file: and @env: as with -X, which has precedence."
    ).alias("command-config"),
  ]

  var broker: String?
  package var settings: [String] = []
  package var kafkaConfig: String?

  package init() {}

  /// Whether the user may have named a broker.
  package var isNamed: Bool { isNamedAsArgument || kafkaConfig != nil || environment != nil }

  /// Whether an argument names a broker.
  package var isNamedAsArgument: Bool {
    broker != nil
      || settings.contains { KafkaSettings.split($0).map { KafkaSettings.namesBrokers($0.key) } ?? false }
  }

  private var environment: String? {
    ProcessInfo.processInfo.environment["FRAMEFEED_BROKER"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Returns the settings. Precedence: `--broker`, `-X`, the file, the environment, the default.
  /// - Parameter uses: the purposes of the client; settings that must not be changed for them are rejected.
  package func kafka(for uses: KafkaSettings.Use...) throws -> KafkaSettings {
    var kafka = KafkaSettings(brokers: environment ?? "localhost:9092")
    do throws(TransportError) {
      if let kafkaConfig { try kafka.load(file: kafkaConfig) }
      for setting in settings { try kafka.set(argument: setting) }
      if let broker { kafka.brokers = broker }
      try kafka.check()
      for use in uses { try kafka.check(for: use) }
    } catch {
      throw Failure(error, code: .usage)
    }
    return kafka
  }
}

/// The output and the report file.
package struct OutputOptions: ArgumentGroup {
  package static let heading = "Output"
  package static let arguments: [Argument<OutputOptions>] = [
    .option(
      \.report, "report", value: "file", completion: .files,
      "Write the run report to this file (JSON, schema framefeed.run/1)."),
    .flag(\.json, "json", "Print the report as JSON instead of a table."),
    .flag(\.quiet, "quiet", "No progress."),
    .option(\.logLevel, "log-level", "Lowest level of the messages on standard error."),
  ]

  package var report: String?
  package var json = false
  var quiet = false
  var logLevel = LogLevel.notice

  package init() {}

  var log: Log { Log(level: logLevel) { Console.shared.line($0.text) } }
}

extension Argument {
  /// The sources of a feed.
  package static func source(_ path: Path<[String]>) -> Self {
    .operands(path, "source", completion: .files, "Where the frames come from.")
  }

  package static func codec(_ path: Path<String>) -> Self {
    .option(path, "codec", "How frames are encoded.")
  }

  /// The topic for frames.
  static func topic(_ path: Path<String>) -> Self {
    .option(path, "topic", allowed: .topicName, "The topic of the frames.")
  }

  /// The topic that a command operates on.
  static func topicOperand(_ path: Path<String>) -> Self {
    .operand(path, "topic", allowed: .topicName, "The topic's name.")
  }

  /// The number of frames after which a feed stops.
  static func frameLimit(_ path: Path<Int?>) -> Self {
    .option(path, "frames", value: "n", allowed: .atLeast(1), "Stop after this many frames.")
  }

  static func maxPixels(_ path: Path<Int>) -> Self {
    .option(path, "max-pixels", value: "n", allowed: .atLeast(1), "Largest frame to accept, in pixels.")
  }

  static func orientation(_ path: Path<FrameOrientation.Policy>, _ help: String) -> Self {
    .option(path, "orientation", value: "exif|stored", help)
  }

  static func drainTimeout(_ path: Path<Double>, _ help: String) -> Self {
    .option(path, "drain-timeout", value: "seconds", allowed: .secondsOrNone, help)
  }

  /// - Parameter help: what this side does, without a full stop.
  static func sync(_ path: Path<Bool>, _ help: String) -> Self {
    .flag(path, "sync", "\(help) (they too need --sync).")
  }

  /// A rate of frames without further words for it.
  package static func rate(_ path: Path<Double>, _ help: String) -> Self {
    .option(path, "fps", value: "n", allowed: .rate, help)
  }

  /// A number of threads that share work.
  package static func threads(_ path: Path<Int>, _ name: String, _ help: String) -> Self {
    .option(path, name, value: "n", allowed: .range(1...64), help)
  }

  /// A model's manifest.
  package static func manifest(_ path: Path<String?>, _ name: String, _ help: String) -> Self {
    .option(path, name, value: "models/NAME.json", completion: .files, help)
  }
}
