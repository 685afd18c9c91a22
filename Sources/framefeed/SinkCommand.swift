public import ArgumentParser
import FoundationEssentials
public import FrameCodecs
import FrameCore
import FrameFeed
import FrameModels
import FrameTensors
import KafkaTransport

/// `framefeed sink`: the model's side.
struct SinkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sink", abstract: "Take frames from Kafka into a model and measure every stage.",
    discussion: """
      Frames count as read when the model has answered and the answer is saved
      (at least once). Sinks of one group share the topic's partitions. Without
      --model frames are decoded to 640x640 tensors and dropped.

      EXAMPLES
        framefeed sink --model models/channel-statistics.json --results answers.jsonl
        framefeed sink --until-end --report sink.json
        framefeed sink --from latest --decoders 2 --results kafka:answers
        framefeed sink --policy latest --max-age 500 --model models/motion.json
        framefeed sink --dead-letter refused/ --until-end
        framefeed sink --from 2026-11-24T08:00:00Z --frames 1000
      """)

  @Option(help: "Sinks of one group share the work; each group reads everything.")
  var group = "framefeed"

  @Option(
    help: ArgumentHelp(
      "Where to begin: committed (else the beginning), beginning, latest, or a time (ISO 8601, or ms since 1970).",
      valueName: "where"))
  var from = "committed"

  @Option(help: ArgumentHelp("The model's manifest.", valueName: "models/NAME.json"))
  var model: String?

  @Flag(help: "Stop when every run that was seen has ended and nothing is left to read.")
  var untilEnd = false

  @Option(help: ArgumentHelp("Stop after so many frames.", valueName: "n"))
  var frames: Int?

  @Option(help: ArgumentHelp("Stop when nothing came for so long.", valueName: "seconds"))
  var idleTimeout: Double?

  @Option(help: ArgumentHelp("Threads that decode.", valueName: "n"))
  var decoders = 1

  @Option(
    help: ArgumentHelp(
      "Decode JPEG files at the smallest sufficient scale, accurate or fast, or at full size.",
      valueName: "accurate|fast|full"))
  var decode = DecodeDemand.Exactness.accurate

  @Option(
    help: ArgumentHelp("Turn JPEG files as EXIF says, or leave them as stored.", valueName: "exif|stored"))
  var orientation = FrameOrientation.Policy.exif

  @Option(
    help: ArgumentHelp(
      "Save the model's answers: at the end of a file of JSON lines (- for standard output), or kafka:TOPIC.",
      valueName: "file|kafka:topic"))
  var results: String?

  @Option(
    help: ArgumentHelp(
      "What a slow model does: answer every frame and fall behind, or only each feed's latest.",
      valueName: "every|latest"))
  var policy = SinkOptions.Policy.every

  @Option(help: ArgumentHelp("Drop frames that were due longer ago, undecoded and counted.", valueName: "ms"))
  var maxAge: Double?

  @Option(
    help: ArgumentHelp(
      "Keep records that are refused, unchanged and with the reason: a directory, or kafka:TOPIC.",
      valueName: "dir|kafka:topic"))
  var deadLetter: String?

  @Option(
    help: ArgumentHelp("How long to answer what is under way after Ctrl-C.", valueName: "seconds"))
  var drainTimeout = 30.0

  @Option(
    name: .customLong("partition"),
    help: ArgumentHelp("Read this partition alone, without sharing; repeatable.", valueName: "n"))
  var partitions: [Int32] = []

  @Flag(help: "Ask sources on other hosts how far their clocks are from ours (they too need --sync).")
  var sync = false

  @Option(help: ArgumentHelp("Largest frame to take, in pixels.", valueName: "n"))
  var maxPixels = FrameLimits.standard.maximumPixels

  @Option(help: ArgumentHelp("Largest payload to take, in bytes, as sent and decoded.", valueName: "n"))
  var maxPayload = FrameLimits.standard.maximumPayload

  @OptionGroup var topicOptions: FrameTopicOptions
  @OptionGroup var brokerOptions: BrokerOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    try await reportingFailures {
      let sink = try FeedSink(try sinkOptions())
      let outcome = try await FeedRunner.run(
        output, progress: { sink.progress.line("inferred") }, stop: { sink.stop() }
      ) { try sink.sink() }
      guard let outcome else {
        throw Failure(
          "topic \(topicOptions.topic) did not appear; create it: framefeed topic create \(topicOptions.topic)",
          code: .failed)
      }
      try FeedRunner.finish(outcome, output)
    }
  }

  private func sinkOptions() throws -> SinkOptions {
    var options = SinkOptions(
      model: try Self.manifest(model), kafka: try brokerOptions.kafka(), logger: output.logger())
    options.topic = topicOptions.topic
    guard !group.isEmpty else { throw Failure("--group: expected a name") }
    options.group = group
    options.partitions = partitions.isEmpty ? nil : partitions
    options.start = try start()
    options.untilEnd = untilEnd
    guard frames.map({ $0 > 0 }) ?? true else { throw Failure("--frames: expected 1 or more") }
    options.frames = frames
    options.idleTimeout = idleTimeout
    guard (1...64).contains(decoders) else { throw Failure("--decoders \(decoders): expected 1...64") }
    options.decoders = decoders
    options.exactness = decode
    options.orientation = orientation
    options.limits.maximumPixels = maxPixels
    guard maxPayload > 0 else { throw Failure("--max-payload: expected 1 or more bytes") }
    options.limits.maximumPayload = maxPayload
    options.policy = policy
    if let maxAge {
      guard maxAge > 0, maxAge <= 1e9 else { throw Failure("--max-age \(maxAge): expected ms above 0") }
      options.maximumAge = Int64(maxAge * 1e6)
    }
    guard drainTimeout >= 0, drainTimeout <= 86_400 else {
      throw Failure("--drain-timeout \(drainTimeout): expected seconds from 0")
    }
    options.drainTimeout = drainTimeout
    options.deadLetters = deadLetter.map { text in
      text.hasPrefix("kafka:") ? .topic(String(text.dropFirst(6))) : .directory(text)
    }
    if options.deadLetters == .topic("") {
      throw Failure("--dead-letter kafka: expected a topic behind the colon")
    }
    if options.deadLetters == .topic(options.topic) {
      throw Failure("--dead-letter kafka:\(options.topic) is the topic that is read; name another")
    }
    options.sync = sync
    options.results = results.map { text in
      text.hasPrefix("kafka:") ? .topic(String(text.dropFirst(6))) : .file(text)
    }
    if options.results == .topic("") { throw Failure("--results kafka: expected a topic behind the colon") }
    return options
  }

  /// Reads a manifest; without one, a model that only takes the tensors.
  static func manifest(_ path: String?) throws -> ModelManifest {
    guard let path else {
      return ModelManifest(
        name: "null", runtime: ModelRuntime(kind: .builtin),
        input: TensorSpec(width: 640, height: 640, fit: .letterbox))
    }
    do throws(ModelError) { return try ModelManifest.load(path) } catch { throw Failure(error) }
  }

  private func start() throws -> ReadingStart {
    switch from {
    case "committed": return .committed
    case "beginning": return .beginning
    case "latest": return .latest
    default:
      if let milliseconds = Int64(from), milliseconds >= 0 { return .time(milliseconds) }
      if let date = try? Date(from, strategy: .iso8601) {
        return .time(Int64(date.timeIntervalSince1970 * 1000))
      }
      throw Failure(
        "--from \(from): expected committed, beginning, latest, or a time such as 2026-11-24T08:00:00Z")
    }
  }
}

extension DecodeDemand.Exactness: ExpressibleByArgument {}
extension SinkOptions.Policy: ExpressibleByArgument {}
