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

  private struct Entrant {
    let variant: SettingVariant
    let measured: SettingEntrant

    init(_ variant: SettingVariant) {
      self.variant = variant
      measured = SettingEntrant(
        variant.setting, variant.value,
        defaultValue: variant.settings.isEmpty ? nil : SettingValues.defaultValue(of: variant.setting))
    }
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
    var order = RoundOrder(seed: 1)
    for round in 0..<options.rounds {
      for entrant in ([baseline] + entrants).shuffled(using: &order) {
        // Only complete rounds can be compared.
        guard !stop.isRequested else { break }
        let variant = entrant.variant
        progress("round \(round + 1)/\(options.rounds)  \(variant.setting) \(variant.value)")
        try measure(entrant, topic)
      }
    }
    let rounds = entrants.map(\.measured.rounds).min() ?? 0
    guard rounds > 0, baseline.measured.rounds >= rounds else { throw .stopped }
    var notes = topics.note.map { [$0] } ?? []
    if stop.isRequested { notes.append("stopped after \(rounds) of \(options.rounds) rounds") }
    return SettingsReport(
      started: RunReport.timestamp(wall), durationSeconds: Double(FrameClock.monotonic() - started) / 1e9,
      versions: Versions.all, broker: kafka.brokers,
      settings: SettingValues.given(kafka, largestRecord: TopicSettings.defaultMaximumRecord), source: source,
      codec: codec, payloads: files.count,
      payloadBytes: files.meanBytes, fps: options.fps, rounds: rounds,
      oneInFlight: baseline.measured.latency.oneInFlight, paced: baseline.measured.latency.paced,
      rows: entrants.map { $0.measured.row(against: [baseline.measured], rounds: rounds) }.byEffect,
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
    try SettingTurn(files: files, options: options)
      .measure(entrant.measured, transport, brokers: kafka.brokers, topic: topic)
  }
}
