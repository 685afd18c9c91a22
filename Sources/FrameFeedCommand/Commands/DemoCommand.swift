import CommandArguments
import FoundationEssentials
import FrameCodecs
import FrameCore
import FrameFeed
import FrameLatency
import FrameModels
import FrameSources
import FrameTensors
import KafkaTransport

/// `framefeed demo`: a source, Kafka and a model in one process.
struct DemoCommand: Command {
  static let about = CommandText(
    "demo", "Send a feed through Kafka to a model and show the latency of each stage.",
    discussion: """
      Uses a topic of its own and deletes it at the end. Without a broker:
      --embedded runs librdkafka's in-process cluster, with JPEG frames only; its
      latencies are those of the client path only.
      """,
    examples: [
      "framefeed demo samples/flight --fps 30 --report demo.report.json",
      "framefeed demo synthetic:1280x720 --frames 300 --codec zstd",
      "framefeed demo --embedded",
    ])

  static let arguments: [Argument<DemoCommand>] = [
    .operands(
      \.source, "source", isRequired: false, completion: .files,
      "Where the frames come from (default: samples/flight, else a synthetic scene)."),
    .option(\.feed, "feed", allowed: .feedName, "The feed's name."),
    .codec(\.codec),
    .rate(\.fps, "Frames a second."),
    .option(\.loop, "loop", value: "n", allowed: .atLeast(1), "How often to read the source."),
    .frameLimit(\.frames),
    .manifest(
      \.model, "model", "The model's manifest (default: channel statistics of a 224x224 tensor)."),
    .flag(\.embedded, "embedded", "No broker: librdkafka's in-process cluster."),
    .group(\.brokerOptions),
    .group(\.output),
  ]

  var source: [String] = []
  var feed = "drone-1"
  var codec = "jpeg"
  var fps = 30.0
  var loop = 8
  var frames: Int?
  var model: String?
  var embedded = false
  var brokerOptions = BrokerOptions()
  var output = OutputOptions()

  func run() async throws {
    let topic = "framefeed-demo-" + UUID().uuidString.prefix(8).lowercased()
    var kafka = try brokerOptions.kafka(for: .sending, .reading(group: topic))
    var cluster: MockCluster?
    if embedded {
      let mock = try MockCluster()
      kafka.brokers = mock.brokers
      // An empty fetch from this cluster always waits for the full time.
      kafka.set("fetch.wait.max.ms", "1")
      mock.create(topic)
      cluster = mock
    } else {
      try TopicAdmin(kafka).create(topic, TopicSettings())
    }
    let result = await Result { try await run(topic, kafka) }
    if embedded {
      withExtendedLifetime(cluster) {}
    } else if let admin = try? TopicAdmin(kafka) {
      if case .success(let outcome) = result { logRetention(topic, admin, outcome.report) }
      try? admin.delete(topic)
    }
    try FeedRunner.finish(try result.get(), output)
  }

  /// Prints how long a sink of this feed may be absent: the rate is known now.
  private func logRetention(_ topic: String, _ admin: TopicAdmin, _ report: RunReport) {
    let rate = report.rate.megabytesPerSecond * 1e6
    guard !output.quiet, rate > 0, let retention = try? admin.describe(topic)?.retention else { return }
    Console.shared.line(RetentionText.measured(topic, retention, rate: rate))
  }

  private func run(_ topic: String, _ kafka: KafkaSettings) async throws -> FeedOutcome {
    let demo = FeedDemo(try streamer(topic, kafka), try sink(topic, kafka))
    return try await FeedRunner.run(
      output, progress: { demo.snapshot().line("inferred") }, stop: { demo.stop() }
    ) { try demo.run() }
  }

  private func streamer(_ topic: String, _ kafka: KafkaSettings) throws -> FeedStreamer {
    let codec: Codec
    do throws(CodecError) { codec = try Codec(self.codec) } catch { throw Failure(error, code: .usage) }
    if embedded, codec.description != "jpeg", !codec.description.hasPrefix("jpeg:") || !codec.layers.isEmpty {
      throw Failure(
        "--embedded supports JPEG frames only: larger ones do not fit librdkafka's in-process cluster")
    }
    var options = StreamOptions(feed: feed, codec: codec, kafka: kafka, log: output.log)
    options.topic = topic
    options.pace = .rate(fps)
    options.loops = loop
    options.frames = frames
    options.isEmbedded = embedded
    let arguments = source.isEmpty ? [Self.defaultSource] : source
    // A synthetic scene has no end.
    if frames == nil, arguments[0].hasPrefix("synthetic:") { options.frames = Int((fps * 10).rounded(.up)) }
    do throws(SourceError) {
      return FeedStreamer(try SourceOpener.open(arguments, options: .plain), options)
    } catch {
      throw Failure(error)
    }
  }

  private func sink(_ topic: String, _ kafka: KafkaSettings) throws -> FeedSink {
    let manifest =
      try model.map { try NamedModel.manifest($0) }
      ?? ModelManifest(
        name: "channel-statistics", runtime: ModelRuntime(kind: .builtin),
        input: TensorSpec(width: 224, height: 224, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]))
    var options = SinkOptions(model: manifest, kafka: kafka, log: output.log)
    options.topic = topic
    options.group = topic
    options.untilEnd = true
    options.awaitsRun = true
    options.isEmbedded = embedded
    return try FeedSink(options)
  }

  private static var defaultSource: String {
    FileManager.default.fileExists(atPath: "samples/flight") ? "samples/flight" : "synthetic:1280x720"
  }
}

extension Result where Failure == any Error {
  /// Stores what an asynchronous body returned or threw.
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
