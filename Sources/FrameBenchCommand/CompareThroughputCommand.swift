import CommandArguments
import FrameBench
import FrameCore
import FrameFeedCommand
import FrameSources
import KafkaTransport

/// `framefeed compare throughput`: measures records a second of a source and of a sink, beside Kafka's own tools.
struct CompareThroughputCommand: Command {
  static let about = CommandText(
    "throughput", "Measure records a second of a source and a sink, beside Kafka's own tools.",
    discussion: """
      `stream --fps max` and Kafka's ProducerPerformance send records of the
      same size; a sink with the null model and ConsumerPerformance read what
      was sent. They take turns. Kafka's tools are those of $KAFKA_HOME.
      """,
    examples: [
      "framefeed compare throughput samples/flight",
      "framefeed compare throughput synthetic:1920x1080 --codec raw --records 300",
    ])

  static let arguments: [Argument<CompareThroughputCommand>] = [
    .source(\.source),
    .codec(\.codec),
    .option(
      \.records, "records", value: "n", allowed: .atLeast(1),
      "Records of a turn (default: 300 MB of them, 200 to 3000)."),
    .rounds(\.rounds, "Turns of each program."),
    .group(\.brokerOptions),
    .group(\.output),
  ]

  var source: [String] = []
  var codec = "jpeg"
  var records: Int?
  var rounds = 5
  var brokerOptions = BrokerOptions()
  var output = OutputOptions()

  func run() async throws {
    let kafka = try brokerOptions.kafka(for: .sending)
    let isPlain = brokerOptions.settings.isEmpty && brokerOptions.kafkaConfig == nil
    let report = try await ComparisonRun.run(output) { stop, tell in
      let sample = try SampleFrames(try SourceOpener.open(source, options: .plain), limit: 100)
      let files = try PayloadFiles(sample, codec: codec)
      return try ThroughputComparison(
        executable: Executable.path, kafka, common: brokerOptions.peerSettings,
        tools: isPlain ? KafkaTools.found().flatMap { $0.hasPerformanceTools ? $0 : nil } : nil, stop: stop
      ).run(
        files, source: source, codec: codec, records: records ?? files.records(of: 300_000_000),
        rounds: rounds
      ) {
        tell($0)
      }
    }
    if !report.failed.isEmpty { throw ExitCode.failed }
  }
}
