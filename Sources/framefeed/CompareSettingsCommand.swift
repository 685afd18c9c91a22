import ArgumentParser
import FoundationEssentials
import FrameBench
import FrameCore
import FrameSources

/// `framefeed compare settings`: which Kafka setting makes the difference.
struct CompareSettingsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "settings", abstract: "Measure which Kafka setting makes a difference.",
    discussion: """
      From librdkafka's defaults, one setting is changed at a time, then all of \
      the low-latency preset. Settings take turns in rounds, each with a new \
      sender and receiver, and are compared with the defaults of the same \
      round. A difference that could be chance is called none.

      EXAMPLES
        framefeed compare settings samples/flight
        framefeed compare settings photo.jpg --setting linger.ms=20 --rounds 12
        framefeed compare settings samples/flight -X security.protocol=ssl
      """)

  @Argument(help: ArgumentHelp("Where the frames come from.", valueName: "source"))
  var source: [String]

  @Option(help: "How frames are encoded.")
  var codec = "jpeg"

  @Option(help: ArgumentHelp("Most different frames to send.", valueName: "n"))
  var frames = 12

  @Option(
    name: .customLong("setting"),
    help: ArgumentHelp("Try this; repeatable (default: a list).", valueName: "key=value"))
  var settings: [String] = []

  @Option(help: ArgumentHelp("Turns of each setting; fewer than 6 prove little.", valueName: "n"))
  var rounds = 6

  @Option(help: ArgumentHelp("Sends of a turn, one after the other.", valueName: "n"))
  var sends = 20

  @Option(help: ArgumentHelp("Rate of the paced sends, a third of a second a turn.", valueName: "n"))
  var fps = 30.0

  @Option(help: ArgumentHelp("Longest that one payload may take, s.", valueName: "seconds"))
  var timeout = 20.0

  @OptionGroup var brokerOptions: BrokerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await reportingFailures {
      guard frames > 0, rounds > 0, sends > 0, fps > 0, timeout > 0 else {
        throw Failure("--frames, --rounds, --sends, --fps and --timeout: expected numbers above 0")
      }
      let kafka = try brokerOptions.kafka()
      try await ComparisonRun.run(output) { stop, tell in
        let variants = try SettingsComparison.variants(settings)
        let sample = try SampleFrames(try SourceOpener.open(source), limit: frames)
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
}
