public import FrameCore
import FrameFeed
import FrameLatency
public import KafkaTransport

/// Sends the same payloads through brokers of Apache Kafka of which each differs by one setting, in turns, and compares
/// each with Kafka's defaults.
///
/// Every variant has brokers of its own. As many of them run side by side as the memory holds, each lot with its own
/// baseline: turns that follow each other within a second share the machine's state, brokers measured one after the
/// other do not. What differs is measured once more with other brokers.
public final class BrokerSettingsComparison {
  /// Sends that warm up a broker that has just started, until the compilers of its JVM have done most of their work.
  private static let warmUp: Int64 = 3_000_000_000
  /// Memory of one broker, bytes: heap of 1 GB, code and stacks.
  private static let nodeMemory = 1_300_000_000

  private final class Entrant {
    let variant: BrokerVariant
    var measured: SettingEntrant

    init(_ variant: BrokerVariant) {
      self.variant = variant
      measured = SettingEntrant(variant.setting, variant.value, defaultValue: variant.defaultValue)
    }
  }

  /// A variant with its brokers and its topic.
  private final class Running {
    let entrant: Entrant
    let kafka: LocalKafka
    let transport: Transport
    let brokers: String
    let topic: String

    init(
      _ entrant: Entrant, _ kafka: LocalKafka, _ transport: Transport, brokers: String, topic: String
    ) {
      self.entrant = entrant
      self.kafka = kafka
      self.transport = transport
      self.brokers = brokers
      self.topic = topic
    }
  }

  private let files: PayloadFiles
  private let executable: String
  private let options: SettingsComparison.Options
  private let common: PeerSettings
  private let stop: StopSignal
  private let progress: (String) -> Void
  private let certificate: BrokerCertificate
  private var kafkaName = ""

  /// - Parameters:
  ///   - executable: path of `framefeed`, which runs as sender and receiver.
  ///   - common: settings for every process.
  ///   - stop: ends the comparison after the current round.
  ///   - progress: called before each step.
  public init(
    _ files: PayloadFiles, executable: String, _ options: SettingsComparison.Options, common: PeerSettings,
    stop: StopSignal, progress: @escaping (String) -> Void
  ) throws(BenchError) {
    try LocalKafka.check()
    self.files = files
    self.executable = executable
    self.options = options
    self.common = common
    self.stop = stop
    self.progress = progress
    certificate = try BrokerCertificate()
  }

  /// Returns the settings given as arguments; without any, the standard ones.
  public static func variants(_ arguments: [String]) throws(BenchError) -> [BrokerVariant] {
    var variants: [BrokerVariant] = []
    for argument in arguments { variants.append(try BrokerVariant(argument: argument)) }
    return variants.isEmpty ? BrokerVariant.standard : variants
  }

  /// Runs the comparison. Blocks the calling thread.
  /// - Parameters:
  ///   - kafka: the settings of the clients, for the report.
  public func run(
    _ variants: [BrokerVariant], _ kafka: KafkaSettings, source: String, codec: String
  ) throws(BenchError) -> SettingsReport {
    let (wall, started) = (FrameClock.now(), FrameClock.monotonic())
    var rows: [SettingsReport.Row] = []
    var baselines: [SettingsReport.Baseline] = []
    var fewest = options.rounds
    for group in BrokerVariant.Group.allCases {
      let own = variants.filter { $0.group == group }
      guard !own.isEmpty, !stop.isRequested else { continue }
      let result = try run(group, own)
      rows += result.rows.byEffect
      baselines.append(result.baseline)
      fewest = min(fewest, result.rounds)
    }
    guard let first = baselines.first else { throw .stopped }
    var notes = [
      "each setting has brokers of its own, warm, as Kafka's start script runs them (G1, heap of 1 GB); better and worse were so with a second set of brokers too"
    ]
    if stop.isRequested { notes.append("stopped before the end: \(fewest) of \(options.rounds) rounds") }
    var report = SettingsReport(
      started: RunReport.timestamp(wall), durationSeconds: Double(FrameClock.monotonic() - started) / 1e9,
      versions: Versions.all, broker: kafkaName,
      settings: SettingValues.given(kafka, largestRecord: TopicSettings.defaultMaximumRecord), source: source,
      codec: codec, payloads: files.count, payloadBytes: files.meanBytes, fps: options.fps, rounds: fewest,
      oneInFlight: first.oneInFlight, paced: first.paced, rows: rows, notes: notes)
    report.side = .broker
    report.baselines = baselines
    return report
  }

  private typealias Result = (rows: [SettingsReport.Row], baseline: SettingsReport.Baseline, rounds: Int)

  /// Measures the variants of one group, then once more those that made a difference.
  private func run(_ group: BrokerVariant.Group, _ variants: [BrokerVariant]) throws(BenchError) -> Result {
    var rows: [SettingsReport.Row] = []
    var baselines: [SettingEntrant] = []
    var rounds = options.rounds
    var different: [BrokerVariant] = []
    var firsts: [(variant: BrokerVariant, entrant: SettingEntrant, baseline: SettingEntrant, rounds: Int)] =
      []
    try inLots(group, variants) { entrants, baseline, measured in
      baselines.append(baseline)
      rounds = min(rounds, measured)
      for entrant in entrants { firsts.append((entrant.variant, entrant.measured, baseline, measured)) }
    }
    for first in firsts {
      let row = first.entrant.row(against: first.baseline, rounds: first.rounds)
      if row.oneInFlight.isDifferent || row.paced.isDifferent { different.append(first.variant) }
    }
    var repetitions: [String: SettingsReport.Repetition] = [:]
    try inLots(group, different) { entrants, baseline, measured in
      for entrant in entrants {
        let ratios = entrant.measured.ratios(to: baseline, rounds: measured)
        repetitions[Self.key(entrant.variant)] = SettingsReport.Repetition(
          oneInFlight: ratios.oneInFlight, paced: ratios.paced)
      }
    }
    for first in firsts {
      var row = first.entrant.row(
        against: first.baseline, rounds: first.rounds, again: repetitions[Self.key(first.variant)])
      row.baseline = group.rawValue
      rows.append(row)
    }
    guard let baseline = baselines.first else { throw .stopped }
    let latency = baseline.latency
    return (
      rows,
      SettingsReport.Baseline(
        name: group.rawValue, oneInFlight: latency.oneInFlight, paced: latency.paced), rounds
    )
  }

  private static func key(_ variant: BrokerVariant) -> String { "\(variant.setting)=\(variant.value)" }

  /// Measures variants in lots that fit into memory, each with a baseline of its own.
  /// - Parameter done: called after each lot with the number of complete rounds.
  private func inLots(
    _ group: BrokerVariant.Group, _ variants: [BrokerVariant],
    _ done: ([Entrant], _ baseline: SettingEntrant, _ rounds: Int) -> Void
  ) throws(BenchError) {
    let nodes = max(2 * group.nodes, HostMemory.available / Self.nodeMemory)
    let size = max(1, nodes / group.nodes - 1)
    var rest = variants[...]
    while !rest.isEmpty, !stop.isRequested {
      // Lots of about the same size.
      let lots = (rest.count + size - 1) / size
      let lot = rest.prefix((rest.count + lots - 1) / lots)
      rest = rest.dropFirst(lot.count)
      let entrants = lot.map { Entrant($0) }
      let baseline = Entrant(.baseline(group))
      let rounds = try measure([baseline] + entrants)
      guard rounds > 0 else { return }
      done(entrants, baseline.measured, rounds)
    }
  }

  /// - Returns: the number of complete rounds.
  private func measure(_ entrants: [Entrant]) throws(BenchError) -> Int {
    var running: [Running] = []
    for entrant in entrants {
      guard !stop.isRequested else { return 0 }
      progress("starting \(entrant.variant.setting) \(entrant.variant.value)")
      running.append(try start(entrant))
    }
    for one in running {
      guard !stop.isRequested else { return 0 }
      progress("warming up \(one.entrant.variant.setting) \(one.entrant.variant.value)")
      try warmUp(one)
    }
    let turn = SettingTurn(files: files, options: options)
    for round in 0..<options.rounds {
      for at in running.indices {
        guard !stop.isRequested else { break }
        let one = running[(at + round * 7) % running.count]
        let variant = one.entrant.variant
        progress("round \(round + 1)/\(options.rounds)  \(variant.setting) \(variant.value)")
        try turn.measure(one.entrant.measured, one.transport, brokers: one.brokers, topic: one.topic)
      }
    }
    return entrants.map(\.measured.rounds).min() ?? 0
  }

  private func start(_ entrant: Entrant) throws(BenchError) -> Running {
    let variant = entrant.variant
    var recipe = variant.recipe
    if variant.isSecure { recipe.certificate = certificate.pair }
    let kafka = try LocalKafka(recipe)
    kafkaName = kafka.name
    let topic: String
    do throws(TransportError) {
      topic = try Self.createTopic(variant, kafka.brokers)
    } catch {
      throw .transport(error)
    }
    var settings = common
    settings.add(variant.client)
    if variant.isSecure {
      settings.add(["security.protocol=ssl", "ssl.ca.location=\(certificate.authority)"])
    }
    let transport = Transport.frameFeed(
      "\(variant.setting) \(variant.value)", executable: executable, preset: .lowLatency, settings: settings)
    let brokers = variant.isSecure ? kafka.secureBrokers ?? kafka.brokers : kafka.brokers
    return Running(entrant, kafka, transport, brokers: brokers, topic: topic)
  }

  private static func createTopic(
    _ variant: BrokerVariant, _ brokers: String
  ) throws(TransportError) -> String {
    // What many brokers store must fit on the disk, and into the page cache.
    let kept = ["retention.bytes": "134217728", "segment.bytes": "134217728"]
    let settings = TopicSettings(
      replication: variant.replication, configuration: kept.merging(variant.topic) { $1 })
    try TopicAdmin(KafkaSettings(brokers: brokers)).create("frames", settings)
    return "frames"
  }

  private func warmUp(_ one: Running) throws(BenchError) {
    let pair = try PeerPair(
      one.transport,
      PeerPlace(
        payloads: files.directory, broker: one.brokers, topic: one.topic, timeout: max(options.timeout, 20)))
    defer { pair.stop() }
    let end = FrameClock.monotonic() + Self.warmUp
    _ = try pair.oneInFlight(.max) { _ in FrameClock.monotonic() >= end || stop.isRequested }
  }
}
