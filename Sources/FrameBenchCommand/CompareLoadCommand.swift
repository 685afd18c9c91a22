import CommandArguments
import FrameBench
import FrameCore
import FrameFeedCommand
import FrameSources
import KafkaTransport

/// `framefeed compare load`: measures feeds at camera rates, one and many, on one broker and several.
struct CompareLoadCommand: Command {
  static let about = CommandText(
    "load", "Measure feeds at camera rates: one and many, one broker and three, without and with TLS.",
    discussion: """
      Starts Apache Kafka from $KAFKA_HOME, one broker and then a cluster, and
      sends frames at fixed rates, each from the moment it is due. A frame that
      arrives after the next one of its feed was due has missed its deadline.
      Clients take turns. What falls behind is not measured at higher loads.
      Every byte received is compared with what was sent.
      """,
    examples: [
      "framefeed compare load samples/flight",
      "framefeed compare load samples/flight --feeds 1 --feeds 8 --fps 30 --brokers 3 --tls on",
      "framefeed compare load synthetic:1920x1080 --codec raw --frames 3 --report load.json",
    ])

  static let arguments: [Argument<CompareLoadCommand>] = [
    .source(\.source),
    .codec(\.codec),
    .framesToSend(\.frames),
    .option(
      \.fps, "fps", value: "n", "Frames a second of each feed; repeatable (default: 15, 30 and 60)."),
    .option(\.feeds, "feeds", value: "n", "Feeds side by side; repeatable (default: 1, 8 and 32)."),
    .option(
      \.brokers, "brokers", value: "n", "Brokers and replicas of the cluster; repeatable (default: 1 and 3)."),
    .option(\.tls, "tls", "Without TLS, with it, or both."),
    .option(
      \.only, "only", value: "word",
      "Only clients of this name; repeatable (default: FrameFeed, librdkafka in C, confluent-kafka and Java's)."
    ),
    .peers(\.peers, "the other clients' programs"),
    .rounds(\.rounds, "Turns of each client at each rate."),
    .option(\.seconds, "seconds", value: "n", allowed: .seconds, "Length of a turn, s."),
    .group(\.output),
  ]

  /// Whether connections use TLS.
  enum Encryption: String, CaseIterable, ArgumentValue {
    case off, on, both

    var choices: [Bool] { self == .both ? [false, true] : [self == .on] }
  }

  var source: [String] = []
  var codec = "jpeg"
  var frames = 6
  var fps: [String] = []
  var feeds: [String] = []
  var brokers: [String] = []
  var tls = Encryption.both
  var only: [String] = []
  var peers: String?
  var rounds = 3
  var seconds = 2.0
  var output = OutputOptions()

  func run() async throws {
    let options = try options()
    try LoadComparison.check()
    try await ComparisonRun.run(output) { stop, tell in
      let sample = try SampleFrames(try SourceOpener.open(source, options: .plain), limit: frames)
      let files = try PayloadFiles(sample, codec: codec)
      let list = try PeerList(directory: peers ?? "samples/peers", kafkaClients: nil)
      let wanted = only.isEmpty ? ["FrameFeed", "librdkafka in C", "confluent-kafka", "Java"] : only
      func isWanted(_ name: String) -> Bool {
        wanted.contains { name.lowercased().contains($0.lowercased()) }
      }
      let own = Transport.frameFeed("FrameFeed", executable: Executable.path, preset: .lowLatency)
      let clients = ([own] + list.transports).filter { $0.kind == .kafka && isWanted($0.name) }
      guard !clients.isEmpty else {
        let skipped = list.skipped.filter { isWanted($0.name) }.map { "\($0.name): \($0.reason)" }
        throw BenchError.option("--only: " + (skipped.first ?? "there is no such client"))
      }
      return try LoadComparison(files, clients, options, stop: stop) { tell($0) }.run(
        source: source.joined(separator: " "), codec: codec,
        skipped: list.skipped.filter { $0.kind == .kafka && isWanted($0.name) })
    }
  }

  private func options() throws -> LoadComparison.Options {
    var options = LoadComparison.Options()
    if !fps.isEmpty { options.fps = try numbers(fps, "fps").map(Double.init) }
    if !feeds.isEmpty { options.feeds = try numbers(feeds, "feeds") }
    if !brokers.isEmpty { options.brokers = try numbers(brokers, "brokers") }
    options.tls = tls.choices
    options.rounds = rounds
    options.seconds = seconds
    return options
  }

  private func numbers(_ texts: [String], _ name: String) throws -> [Int] {
    try texts.map { text in
      guard let number = Int(text), (1...1000).contains(number) else {
        throw Failure("--\(name) \(text): expected a whole number from 1 to 1000")
      }
      return number
    }
  }
}
