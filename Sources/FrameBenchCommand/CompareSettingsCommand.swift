public import CommandArguments
import FrameFeedCommand
import FoundationEssentials
public import FrameBench
import FrameCore
import FrameSources
import KafkaTransport

/// `framefeed compare settings`: measures which Kafka setting makes a difference.
struct CompareSettingsCommand: Command {
  static let about = CommandText(
    "settings", "Measure which Kafka setting makes a difference.",
    discussion: """
      From librdkafka's defaults, one setting is changed at a time, then all of
      the low-latency preset. Settings take turns in rounds, each with a new
      sender and receiver, and are compared with the defaults of the same
      round. A difference that may be chance is reported as none.

      With --side broker it is the settings of Apache Kafka, its JVM and its
      topics: each has a broker of its own, started from $KAFKA_HOME, warm, with
      the low-latency preset at the clients. Settings of replication are
      compared on three brokers. What makes a difference is measured again with
      other brokers.
      """,
    examples: [
      "framefeed compare settings samples/flight",
      "framefeed compare settings photo.jpg --setting linger.ms=20 --rounds 12",
      "framefeed compare settings samples/flight -X security.protocol=ssl",
      "framefeed compare settings photo.jpg --side broker",
      "framefeed compare settings photo.jpg --side broker --setting num.io.threads=2 --setting=-XX:+UseZGC",
    ])

  static let arguments: [Argument<CompareSettingsCommand>] = [
    .source(\.source),
    .codec(\.codec),
    .option(\.side, "side", "Whose settings: the clients', or the broker's and its JVM's."),
    .framesToSend(\.frames),
    .option(
      \.settings, "setting", value: "key=value",
      "Try this; repeatable (default: a list). Of a broker also topic:key=value, or an option of the JVM; what is of replicas, on three brokers."
    ),
    .rounds(\.rounds, "Turns of each setting; fewer than 6 prove little."),
    .sends(\.sends, "Sends of a turn, one after the other."),
    .rate(\.fps, "Rate of the paced sends, a third of a second a turn."),
    .timeout(\.timeout),
    .group(\.brokerOptions),
    .group(\.output),
  ]

  var source: [String] = []
  var codec = "jpeg"
  var side = SettingsReport.Side.client
  var frames = 12
  var settings: [String] = []
  var rounds = 6
  var sends = 20
  var fps = 30.0
  var timeout = 20.0
  var brokerOptions = BrokerOptions()
  var output = OutputOptions()

  func run() async throws {
    if side == .broker, brokerOptions.isNamedAsArgument {
      throw Failure("--side broker starts brokers of its own: leave out --broker")
    }
    let kafka = try brokerOptions.kafka(for: .sending)
    try await ComparisonRun.run(output) { stop, tell in
      let sample = try SampleFrames(try SourceOpener.open(source, options: .plain), limit: frames)
      let files = try PayloadFiles(sample, codec: codec)
      var options = SettingsComparison.Options()
      options.rounds = rounds
      options.sends = sends
      options.fps = fps
      options.pacedSends = max(5, Int((fps / 3).rounded()))
      options.timeout = timeout
      let name = source.joined(separator: " ")
      switch side {
      case .client:
        return try SettingsComparison(
          files, executable: Executable.path, kafka, options, common: brokerOptions.peerSettings, stop: stop
        ).run(try SettingsComparison.variants(settings), source: name, codec: codec) { tell($0) }
      case .broker:
        return try BrokerSettingsComparison(
          files, executable: Executable.path, options, common: brokerOptions.peerSettings, stop: stop
        ) { tell($0) }.run(
          try BrokerSettingsComparison.variants(settings), kafka, source: name, codec: codec)
      }
    }
  }
}

extension SettingsReport.Side: ArgumentValue {}
