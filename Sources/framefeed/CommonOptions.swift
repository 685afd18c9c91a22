public import ArgumentParser
import FoundationEssentials
import FrameBench
import FrameFeed
import FrameSources
import KafkaTransport
public import Logging

/// Which broker and topic, and any setting of librdkafka.
struct BrokerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Brokers to ask first (default: $FRAMEFEED_BROKER, else localhost:9092).", valueName: "host:port,..."))
  var broker: String?

  @Option(
    name: .customShort("X"),
    help: ArgumentHelp(
      "Any librdkafka setting; repeatable. A value @file:PATH or @env:NAME is read from there, for passwords.",
      valueName: "key=value")
  )
  var settings: [String] = []

  @Option(
    help: ArgumentHelp(
      "A properties file of librdkafka settings (TLS, SASL), @file: and @env: as with -X, which goes on top.",
      valueName: "file"))
  var kafkaConfig: String?

  /// The settings for a process of this program.
  var peerSettings: PeerSettings { PeerSettings(file: kafkaConfig, settings: settings) }

  /// Whether the user said which broker.
  var isNamed: Bool { broker != nil || kafkaConfig != nil || environment != nil }

  private var environment: String? {
    ProcessInfo.processInfo.environment["FRAMEFEED_BROKER"].flatMap { $0.isEmpty ? nil : $0 }
  }

  func kafka() throws -> KafkaSettings {
    var kafka = KafkaSettings(brokers: broker ?? environment ?? "localhost:9092")
    do throws(TransportError) {
      if let kafkaConfig { try kafka.load(file: kafkaConfig) }
      for setting in settings { try kafka.set(argument: setting) }
    } catch {
      throw Failure(error, code: .usage)
    }
    return kafka
  }
}

/// The topic frames go through.
struct FrameTopicOptions: ParsableArguments {
  @Option(help: "The topic frames go through.")
  var topic = "frames"
}

/// What is printed, and where the report goes.
struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Write the run report to this file (JSON, schema framefeed.run/1).", valueName: "file")
  )
  var report: String?

  @Flag(help: "Print the report as JSON instead of a table.")
  var json = false

  @Flag(help: "No progress.")
  var quiet = false

  @Option(help: "debug, info, notice, warning or error.")
  var logLevel = Logger.Level.notice

  func logger() -> Logger {
    var logger = Logger(label: "framefeed") { _ in ConsoleLogHandler() }
    logger.logLevel = logLevel
    return logger
  }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

/// A failure with its exit code; the message is one line on standard error.
struct Failure: Error {
  enum Code: Int32 {
    case failed = 1
    case usage = 64
    case stopped = 130
  }

  let message: String
  let code: Code

  init(_ error: some Error, code: Code = .failed) {
    message = "\(error)"
    self.code = code
  }

  init(_ message: String, code: Code = .usage) {
    self.message = message
    self.code = code
  }
}

/// Runs a command's body; what fails is printed as one line and becomes the exit code.
func reportingFailures(_ body: () async throws -> Void) async throws {
  do {
    try await body()
  } catch let failure as Failure {
    throw failure.reported()
  } catch let error as BenchError {
    if case .stopped = error { throw Failure(error, code: .stopped).reported() }
    throw Failure(error, code: error.isUsage ? .usage : .failed).reported()
  } catch let error as FeedError {
    throw Failure(error).reported()
  } catch let error as TransportError {
    throw Failure(error).reported()
  } catch let error as SourceError {
    throw Failure(error).reported()
  }
}

extension Failure {
  /// Prints the message.
  fileprivate func reported() -> ExitCode {
    Console.shared.clear()
    Console.shared.line("framefeed: \(message)")
    return ExitCode(code.rawValue)
  }
}
