public import FrameCore
import FrameFeed
import FrameLatency
public import KafkaTransport

/// Sends the same payloads under one changed setting after the other, in rounds, and compares each with the defaults.
public final class SettingsComparison {
  public struct Options: Sendable {
    /// Turns per setting; at least 6 are needed for an interval of 95 %.
    public var rounds = 6
    /// Sends per turn, one in flight and paced.
    public var sends = 20
    public var pacedSends = 10
    public var fps = 30.0
    /// Longest time for one payload, s.
    public var timeout = 20.0

    public init() {}
  }

  /// Sends of a new pair that are not counted.
  private static let settling = 5

  private final class Entrant {
    let variant: SettingVariant
    var oneInFlight = PayloadSeries()
    var paced = PayloadSeries()
    /// Medians of each round, ms.
    var medians: [(oneInFlight: Double, paced: Double)] = []

    init(_ variant: SettingVariant) { self.variant = variant }
  }

  private let files: PayloadFiles
  private let executable: String
  private let kafka: KafkaSettings
  private let options: Options
  private let common: PeerSettings
  private let stop: StopSignal

  /// - Parameters:
  ///   - executable: path of `framefeed`, which runs as sender and receiver.
  ///   - common: settings for every process.
  ///   - stop: ends the comparison after the current round.
  public init(
    _ files: PayloadFiles, executable: String, _ kafka: KafkaSettings, _ options: Options,
    common: PeerSettings = PeerSettings(), stop: StopSignal
  ) {
    self.files = files
    self.executable = executable
    self.kafka = kafka
    self.options = options
    self.common = common
    self.stop = stop
  }

  /// Returns the settings given as `key=value`; without any, the standard ones.
  public static func variants(_ arguments: [String]) throws(BenchError) -> [SettingVariant] {
    var variants: [SettingVariant] = []
    for argument in arguments { variants.append(try SettingVariant(argument: argument)) }
    return variants.isEmpty ? SettingVariant.standard : variants
  }

  /// Runs the comparison. Blocks the calling thread.
  /// - Parameter progress: called before each turn.
  public func run(
    _ variants: [SettingVariant], source: String, codec: String, progress: (String) -> Void
  ) throws(BenchError) -> SettingsReport {
    let wall = FrameClock.now()
    let started = FrameClock.monotonic()
    let (topics, topic) = try self.topic()
    let baseline = Entrant(.defaults)
    let entrants = variants.map { Entrant($0) }
    for round in 0..<options.rounds {
      var turns = [baseline] + entrants
      // Starts with a different setting each time, so that none always follows the same one.
      turns = (0..<turns.count).map { turns[($0 + round * 7) % turns.count] }
      for entrant in turns {
        // Only complete rounds can be compared.
        guard !stop.isRequested else { break }
        let variant = entrant.variant
        progress("round \(round + 1)/\(options.rounds)  \(variant.setting) \(variant.value)")
        try measure(entrant, topic)
      }
    }
    let rounds = entrants.map(\.medians.count).min() ?? 0
    guard rounds > 0, baseline.medians.count >= rounds else { throw .stopped }
    var notes = topics.note.map { [$0] } ?? []
    if stop.isRequested { notes.append("stopped after \(rounds) of \(options.rounds) rounds") }
    return SettingsReport(
      started: RunReport.timestamp(wall), durationSeconds: Double(FrameClock.monotonic() - started) / 1e9,
      versions: Versions.all, broker: kafka.brokers,
      settings: SettingValues.given(kafka, largestRecord: TopicSettings.defaultMaximumRecord), source: source,
      codec: codec, payloads: files.count,
      payloadBytes: files.meanBytes, fps: options.fps, rounds: rounds,
      oneInFlight: baseline.oneInFlight.reported(parts: false)!.latency,
      paced: baseline.paced.reported(parts: false)!.latency,
      rows: entrants.map { row($0, baseline, rounds) }.sorted { Self.effect($0) > Self.effect($1) },
      notes: notes.isEmpty ? nil : notes)
  }

  private func topic() throws(BenchError) -> (ComparisonTopics, String) {
    do throws(TransportError) {
      let topics = try ComparisonTopics(kafka)
      return (topics, try topics.create(payload: files.largest))
    } catch {
      throw .transport(error)
    }
  }

  private func measure(_ entrant: Entrant, _ topic: String) throws(BenchError) {
    let variant = entrant.variant
    var settings = common
    settings.add(variant.settings)
    let transport = Transport.frameFeed(
      "\(variant.setting) \(variant.value)", executable: executable, preset: variant.preset,
      settings: settings)
    let pair = try PeerPair(
      transport,
      PeerPlace(payloads: files.directory, broker: kafka.brokers, topic: topic, timeout: options.timeout))
    defer { pair.stop() }
    _ = try pair.oneInFlight(Self.settling)
    var (one, paced) = (PayloadSeries(), PayloadSeries())
    let (onePassages, pacedPassages) = (
      try pair.oneInFlight(options.sends), try pair.paced(options.pacedSends, fps: options.fps)
    )
    one.add(onePassages)
    paced.add(pacedPassages)
    entrant.oneInFlight.add(onePassages)
    entrant.paced.add(pacedPassages)
    if let oneMedian = one.median, let pacedMedian = paced.median {
      entrant.medians.append((oneMedian, pacedMedian))
    }
  }

  private func row(
    _ entrant: Entrant, _ baseline: Entrant, _ rounds: Int
  ) -> SettingsReport.Row {
    let pairs = zip(entrant.medians, baseline.medians).prefix(rounds)
    func load(_ series: PayloadSeries, _ ratios: [Double]) -> SettingsReport.Load {
      SettingsReport.Load(latency: series.reported(parts: false)!.latency, ratio: RatioInterval(ratios))
    }
    return SettingsReport.Row(
      setting: entrant.variant.setting, value: entrant.variant.value,
      defaultValue: entrant.variant.settings.isEmpty
        ? nil : SettingValues.defaultValue(of: entrant.variant.setting),
      oneInFlight: load(entrant.oneInFlight, pairs.map { $0.oneInFlight / $1.oneInFlight }),
      paced: load(entrant.paced, pairs.map { $0.paced / $1.paced }))
  }

  /// Returns the sort key of rows: measurable differences first, then by size, increases and decreases alike.
  private static func effect(_ row: SettingsReport.Row) -> Double {
    let effects = [row.oneInFlight.ratio, row.paced.ratio].map { ratio in
      let size = max(ratio.median, 1 / ratio.median)
      return ratio.isMeasurable ? size + 1e6 : size
    }
    return effects.max() ?? 0
  }
}
