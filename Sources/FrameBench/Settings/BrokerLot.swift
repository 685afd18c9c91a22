import FrameCore
import KafkaTransport

/// Variants of brokers that run side by side, started and warm, with a baseline and a control of their own.
final class BrokerLot {
  /// Sends that warm up a broker that has just started, ns: until the compilers of its JVM have done most of their work.
  private static let warmUp: Int64 = 5_000_000_000

  /// A variant with its brokers and its topic.
  private final class Entrant {
    let variant: BrokerVariant
    let measured: SettingEntrant
    let kafka: LocalKafka
    let transport: Transport
    let brokers: String
    let topic: String

    init(
      _ variant: BrokerVariant, _ kafka: LocalKafka, _ transport: Transport, brokers: String, topic: String
    ) {
      self.variant = variant
      self.kafka = kafka
      self.transport = transport
      self.brokers = brokers
      self.topic = topic
      measured = SettingEntrant(variant.setting, variant.value, defaultValue: variant.defaultValue)
    }
  }

  /// What comparisons of brokers have in common.
  struct Context {
    let files: PayloadFiles
    /// The path of `framefeed`, which runs as sender and receiver.
    let executable: String
    let options: SettingsComparison.Options
    /// Settings for every process.
    let common: PeerSettings
    let certificate: BrokerCertificate?
    let stop: StopSignal
    let progress: (String) -> Void
  }

  private let group: BrokerVariant.Group
  private let context: Context
  private var entrants: [Entrant] = []
  /// Why variants were not measured, a line each.
  private(set) var failures: [String] = []
  /// The name and version of what runs.
  private(set) var kafkaName = ""

  /// Starts the brokers of a baseline, a control, and the variants. A variant that does not start is left out.
  init(_ group: BrokerVariant.Group, _ variants: [BrokerVariant], _ context: Context) throws(BenchError) {
    self.group = group
    self.context = context
    for variant in [.baseline(group), .control(group)] + variants {
      guard !context.stop.isRequested else { throw .stopped }
      context.progress("starting \(variant.setting) \(variant.value)")
      do throws(BenchError) {
        entrants.append(try start(variant))
      } catch {
        guard entrants.count > 1 else { throw error }
        failures.append("\(variant.setting) \(variant.value): \(error.reason)")
      }
    }
  }

  /// Warms the brokers up and measures them in turns.
  /// - Returns: what was measured, baseline and control first, and the number of complete rounds; empty without these.
  func measure() -> (entrants: [SettingEntrant], rounds: Int) {
    for entrant in entrants where !context.stop.isRequested {
      context.progress("warming up \(entrant.variant.setting) \(entrant.variant.value)")
      attempt(entrant) { () throws(BenchError) in try warmUp(entrant) }
    }
    let turn = SettingTurn(files: context.files, options: context.options)
    // The same orders in every run.
    var generator = RoundOrder(seed: 1)
    var rounds = 0
    while rounds < context.options.rounds, !context.stop.isRequested {
      for entrant in entrants.shuffled(using: &generator) where !context.stop.isRequested {
        let variant = entrant.variant
        context.progress("round \(rounds + 1)/\(context.options.rounds)  \(variant.setting) \(variant.value)")
        attempt(entrant) { () throws(BenchError) in
          try turn.measure(
            entrant.measured, entrant.transport, brokers: entrant.brokers, topic: entrant.topic)
        }
      }
      if !context.stop.isRequested { rounds += 1 }
    }
    // Baseline or control may have failed.
    let names = [BrokerVariant.baseline(group), .control(group)].map(\.setting)
    guard rounds > 0, entrants.prefix(2).map(\.variant.setting) == names else { return ([], 0) }
    return (entrants.map(\.measured), rounds)
  }

  /// Runs a step of one variant, which is left out from then on if it fails.
  private func attempt(_ entrant: Entrant, _ body: () throws(BenchError) -> Void) {
    do throws(BenchError) { try body() } catch {
      failures.append("\(entrant.variant.setting) \(entrant.variant.value): \(error.reason)")
      entrants.removeAll { $0 === entrant }
    }
  }

  private func start(_ variant: BrokerVariant) throws(BenchError) -> Entrant {
    var recipe = variant.recipe
    if variant.isSecure { recipe.certificate = context.certificate?.pair }
    let kafka = try LocalKafka(recipe)
    kafkaName = kafka.name
    let topic = "frames"
    do throws(TransportError) {
      let admin = try TopicAdmin(KafkaSettings(brokers: kafka.brokers))
      try Self.check(recipe, admin)
      // What many brokers store must fit on the disk, and into the page cache.
      let kept = ["retention.bytes": "134217728", "segment.bytes": "134217728"]
      // With the same leader in all of them: brokers are not alike, as one of them leads the cluster.
      var settings = TopicSettings(configuration: kept.merging(variant.topic) { $1 })
      settings.replicas = [kafka.replicas(variant.replication)]
      try admin.create(topic, settings)
    } catch {
      throw .transport(error)
    }
    var settings = context.common
    settings.add(variant.client)
    if variant.isSecure, let certificate = context.certificate {
      settings.add(["security.protocol=ssl", "ssl.ca.location=\(certificate.authority)"])
    }
    let transport = Transport.frameFeed(
      "\(variant.setting) \(variant.value)", executable: context.executable, preset: .lowLatency,
      settings: settings)
    let brokers = variant.isSecure ? kafka.secureBrokers ?? kafka.brokers : kafka.brokers
    return Entrant(variant, kafka, transport, brokers: brokers, topic: topic)
  }

  /// Asks the broker whether it has the settings: Kafka starts with names that it does not know.
  private static func check(_ recipe: BrokerRecipe, _ admin: TopicAdmin) throws(TransportError) {
    guard !recipe.settings.isEmpty else { return }
    let inForce = try admin.brokerSettings(1)
    for setting in recipe.settings {
      guard let (key, value) = KafkaSettings.split(setting), !key.hasPrefix("ssl.") else { continue }
      // Of an unknown one the broker returns no value.
      guard let found = inForce[key], !found.isEmpty else {
        throw .setting(
          key: key, reason: "Kafka has no such setting of brokers (topic:\(key)=\(value) sets it for a topic)"
        )
      }
      guard found == value else { throw .setting(key: key, reason: "the broker has \(found), not \(value)") }
    }
  }

  private func warmUp(_ entrant: Entrant) throws(BenchError) {
    let pair = try PeerPair(
      entrant.transport,
      PeerPlace(
        payloads: context.files.directory, broker: entrant.brokers, topic: entrant.topic,
        timeout: max(context.options.timeout, 20)))
    defer { pair.stop() }
    try pair.warmUp(Self.warmUp, context.stop)
  }
}
