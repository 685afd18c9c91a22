import CommandArguments
import FrameFeedCommand
import FoundationEssentials
import FrameBench
import FrameCore
import FrameSources
import KafkaTransport

/// `framefeed compare encodings`: measures size, times and quality of every codec on the same frames.
struct CompareEncodingsCommand: Command {
  static let about = CommandText(
    "encodings", "Measure what each encoding of a feed costs.",
    discussion: """
      Every codec encodes and decodes the same frames, in turns, from memory. All
      begin with pixels, as a camera gives them; `jpeg` uses JPEG files as they
      are. `json` is a JSON list of pixel numbers. With a broker frames also go
      end to end to a tensor: one in flight for the latency, several in flight
      for the rate.
      """,
    examples: [
      "framefeed compare encodings samples/flight",
      "framefeed compare encodings clip.y4m --codec raw --codec zstd:level=3",
      "framefeed compare encodings clip.y4m --fit models/channel-statistics.json",
      "framefeed compare encodings photos/ --frames 10 --report encodings.json",
    ])

  static let arguments: [Argument<CompareEncodingsCommand>] = [
    .source(\.source),
    .option(\.codecs, "codec", "Measure this codec; repeatable (default: a set of all kinds)."),
    .framesToMeasure(\.frames),
    .rounds(\.rounds, "How often each frame goes through each codec."),
    .manifest(\.fit, "fit", "Also shrink frames to what this model needs, as stream --fit does."),
    .flag(\.noBroker, "no-broker", "Codecs alone: send nothing through a broker."),
    .group(\.brokerOptions),
    .group(\.output),
  ]

  var source: [String] = []
  var codecs: [String] = []
  var frames = 12
  var rounds = 3
  var fit: String?
  var noBroker = false
  var brokerOptions = BrokerOptions()
  var output = OutputOptions()

  func run() async throws {
    try await ComparisonRun.run(output) { stop, tell in
      let sample = try SampleFrames(try SourceOpener.open(source, options: .plain), limit: frames)
      let standard = (sample.areJPEGFiles ? ["jpeg"] : []) + EncodingComparison.standardCodecs
      let comparison = try EncodingComparison(
        sample, codecs: codecs.isEmpty ? standard : codecs.filter { $0 != "json" },
        pixelList: codecs.isEmpty || codecs.contains("json"), rounds: rounds,
        fit: try fit.map(NamedModel.fitting), stop: stop)
      return try comparison.run(through: try self.kafka()) { tell($0) }
    }
  }

  /// Returns the broker that was named, or the default one if it answers.
  private func kafka() throws -> KafkaSettings? {
    guard !noBroker else { return nil }
    let kafka = try brokerOptions.kafka(for: .sending)
    guard !brokerOptions.isNamed else { return kafka }
    do throws(TransportError) {
      _ = try TopicAdmin(kafka).cluster(milliseconds: 1000)
      return kafka
    } catch {
      Console.shared.line(
        "no broker at \(kafka.brokers): codecs are measured alone; name one with --broker")
      return nil
    }
  }
}
