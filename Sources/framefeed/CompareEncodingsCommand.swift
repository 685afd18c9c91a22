import ArgumentParser
import FoundationEssentials
import FrameBench
import FrameSources

/// `framefeed compare encodings`: bytes, times and quality of every codec on the same frames.
struct CompareEncodingsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encodings", abstract: "Measure what each encoding of a feed costs.",
    discussion: """
      Every codec encodes and decodes the same frames, in turns, from memory. All
      begin with pixels, as a camera gives them; `jpeg` takes JPEG files as they
      are. `json` is a JSON list of pixel numbers.

      EXAMPLES
        framefeed compare encodings samples/flight
        framefeed compare encodings clip.y4m --codec raw --codec zstd:level=3
        framefeed compare encodings photos/ --frames 10 --report encodings.json
      """)

  @Argument(help: ArgumentHelp("Where the frames come from.", valueName: "source"))
  var source: [String]

  @Option(
    name: .customLong("codec"),
    help: ArgumentHelp("Measure this codec; repeatable (default: a set of all kinds).", valueName: "codec"))
  var codecs: [String] = []

  @Option(help: ArgumentHelp("Most frames to measure.", valueName: "n"))
  var frames = 12

  @Option(help: ArgumentHelp("How often each frame goes through each codec.", valueName: "n"))
  var rounds = 3

  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await reportingFailures {
      guard frames > 0, rounds > 0 else { throw Failure("--frames and --rounds: expected 1 or more") }
      let sample = try SampleFrames(try SourceOpener.open(source), limit: frames)
      let standard = (sample.areJPEGFiles ? ["jpeg"] : []) + EncodingComparison.standardCodecs
      let comparison = try EncodingComparison(
        sample, codecs: codecs.isEmpty ? standard : codecs.filter { $0 != "json" },
        pixelList: codecs.isEmpty || codecs.contains("json"), rounds: rounds)
      let show = !output.quiet && Console.shared.isTerminal
      let report = try comparison.run { done, total in
        if show { Console.shared.show("\(done)/\(total) frames") }
      }
      Console.shared.clear()
      try ReportFile.write(try report.json(), output.report)
      print(output.json ? try report.json() : report.table())
    }
  }
}
