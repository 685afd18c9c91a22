import CommandArguments
import FrameFeedCommand
import FoundationEssentials
import FrameBench
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
      """,
    examples: [
      "framefeed compare settings samples/flight",
      "framefeed compare settings photo.jpg --setting linger.ms=20 --rounds 12",
      "framefeed compare settings samples/flight -X security.protocol=ssl",
    ])

  static let arguments: [Argument<CompareSettingsCommand>] = [
    .source(\.source),
    .codec(\.codec),
    .framesToSend(\.frames),
    .option(\.settings, "setting", value: "key=value", "Try this; repeatable (default: a list)."),
    .rounds(\.rounds, "Turns of each setting; fewer than 6 prove little."),
    .sends(\.sends, "Sends of a turn, one after the other."),
    .rate(\.fps, "Rate of the paced sends, a third of a second a turn."),
    .timeout(\.timeout),
    .group(\.brokerOptions),
    .group(\.output),
  ]

  var source: [String] = []
  var codec = "jpeg"
  var frames = 12
  var settings: [String] = []
  var rounds = 6
  var sends = 20
  var fps = 30.0
  var timeout = 20.0
  var brokerOptions = BrokerOptions()
  var output = OutputOptions()

  func run() async throws {
    let kafka = try brokerOptions.kafka(for: .sending)
    try await ComparisonRun.run(output) { stop, tell in
      let variants = try SettingsComparison.variants(settings)
      let sample = try SampleFrames(try SourceOpener.open(source, options: .plain), limit: frames)
      let files = try PayloadFiles(sample, codec: codec)
      var options = SettingsComparison.Options()
      options.rounds = rounds
      options.sends = sends
      options.fps = fps
      options.pacedSends = max(5, Int((fps / 3).rounded()))
      options.timeout = timeout
      return try SettingsComparison(
        files, executable: Executable.path, kafka, options, common: brokerOptions.peerSettings, stop: stop
      ).run(variants, source: source.joined(separator: " "), codec: codec) { tell($0) }
    }
  }
}
