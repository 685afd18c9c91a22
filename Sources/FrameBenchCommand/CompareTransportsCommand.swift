import CommandArguments
import FrameFeedCommand
import FoundationEssentials
import FrameBench
import FrameCore
import FrameSources
import KafkaTransport

/// `framefeed compare transports`: measures the time of a payload by socket, REST and Kafka clients.
struct CompareTransportsCommand: Command {
  static let about = CommandText(
    "transports", "Measure how long a payload takes by socket, REST and Kafka.",
    discussion: """
      The same payloads go from one process to another by each transport:
      from cold, then warm one after the other, then at a fixed rate. Every
      byte received is compared with what was sent. Transports take turns, and
      the others are halted meanwhile. The clients of other projects are the
      small programs in samples/peers; what is not installed is skipped.
      """,
    examples: [
      "framefeed compare transports samples/flight",
      "framefeed compare transports photo.jpg --only socket --only kafka",
      "framefeed compare transports samples/flight --sends 200 --report t.json",
    ])

  static let arguments: [Argument<CompareTransportsCommand>] = [
    .source(\.source),
    .codec(\.codec),
    .framesToSend(\.frames),
    .sends(\.sends, "Warm sends, one after the other."),
    .rate(\.fps, "Rate of the paced sends."),
    .option(
      \.only, "only", value: "word", "Only transports of this name or kind (socket, http, kafka); repeatable."
    ),
    .peers(\.peers, "the other clients' programs"),
    .option(
      \.kafkaClients, "kafka-clients", value: "path", completion: .files,
      "Kafka's Java client, a jar or its directory."),
    .timeout(\.timeout),
    .flag(
      \.brokerTimes, "broker-times",
      "Also print Kafka's own request times of each client (scripts/broker.py run --jmx, KAFKA_HOME)."),
    .group(\.brokerOptions),
    .group(\.output),
  ]

  var source: [String] = []
  var codec = "jpeg"
  var frames = 12
  var sends = 500
  var fps = 30.0
  var only: [String] = []
  var peers: String?
  var kafkaClients: String?
  var timeout = 20.0
  var brokerTimes = false
  var brokerOptions = BrokerOptions()
  var output = OutputOptions()

  func run() async throws {
    let kafka = try brokerOptions.kafka(for: .sending)
    let report = try await ComparisonRun.run(output) { stop, tell in
      let sample = try SampleFrames(try SourceOpener.open(source, options: .plain), limit: frames)
      let files = try PayloadFiles(sample, codec: codec)
      let (transports, skipped) = try entrants()
      var options = TransportComparison.Options()
      options.sends = sends
      options.fps = fps
      options.timeout = timeout
      if brokerTimes { options.monitored = try MonitoredBroker() }
      options.tools = kafkaTools()
      return try TransportComparison(files, transports, kafka, options, stop: stop).run(
        source: source.joined(separator: " "), codec: codec, skipped: skipped
      ) { tell($0) }
    }
    if !report.failed.isEmpty { throw ExitCode.failed }
  }

  /// Returns Kafka's own tools, where there are some and the broker needs no settings that only librdkafka has.
  private func kafkaTools() -> KafkaTools? {
    let isWanted =
      only.isEmpty || only.contains { KafkaTools.endToEndLatency.lowercased().contains($0.lowercased()) }
    guard isWanted, brokerOptions.settings.isEmpty, brokerOptions.kafkaConfig == nil else { return nil }
    return KafkaTools.found()
  }

  /// Returns FrameFeed's own transports, then those of the directory.
  private func entrants() throws(BenchError) -> ([Transport], [PeerList.Skipped]) {
    let list = try self.list()
    let executable = Executable.path
    let own = [
      Transport.socket(executable: executable), Transport.relayedSocket(executable: executable),
      Transport.frameFeed(
        "FrameFeed", executable: executable, preset: .lowLatency, settings: brokerOptions.peerSettings),
      Transport.frameFeed(
        "FrameFeed, librdkafka defaults", executable: executable, preset: .librdkafka,
        settings: brokerOptions.peerSettings),
    ]
    func isWanted(_ name: String, _ kind: Transport.Kind?) -> Bool {
      only.isEmpty
        || only.contains { name.lowercased().contains($0.lowercased()) || $0.lowercased() == kind?.rawValue }
    }
    let transports = (own + list.transports).filter { isWanted($0.name, $0.kind) }
    guard !transports.isEmpty else {
      let names = (own + list.transports).map(\.name).joined(separator: ", ")
      throw .option("--only: there is no such transport; there are \(names)")
    }
    return (transports, list.skipped.filter { isWanted($0.name, $0.kind) })
  }

  /// Returns the other clients; outside the repository there are none, and FrameFeed is measured alone.
  private func list() throws(BenchError) -> PeerList {
    let place = "samples/peers"
    guard peers != nil || FileManager.default.fileExists(atPath: place + "/peers.json") else {
      Console.shared.line("no other clients: there is no \(place) here; name the directory with --peers")
      return PeerList()
    }
    return try PeerList(directory: peers ?? place, kafkaClients: kafkaClients)
  }
}
