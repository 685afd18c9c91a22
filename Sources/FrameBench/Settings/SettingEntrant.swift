import FrameLatency
import Glibc

/// One setting in a comparison, and its measurements so far.
final class SettingEntrant {
  /// The setting's name; for a set of settings the name of the set.
  let setting: String
  /// The value as displayed: `***` for a secret.
  let value: String
  /// The value that the baseline has; `nil` for a set of settings.
  let defaultValue: String?
  private var oneInFlight = PayloadSeries()
  private var paced = PayloadSeries()
  /// Medians of each round, ms.
  private var medians: [(oneInFlight: Double, paced: Double)] = []

  init(_ setting: String, _ value: String, defaultValue: String?) {
    self.setting = setting
    self.value = value
    self.defaultValue = defaultValue
  }

  /// Setting and value.
  var name: String { "\(setting) \(value)" }

  /// The number of complete rounds.
  var rounds: Int { medians.count }

  /// Adds one turn.
  func add(oneInFlight passages: [PeerPair.Passage], paced pacedPassages: [PeerPair.Passage]) {
    var (one, paced) = (PayloadSeries(), PayloadSeries())
    one.add(passages)
    paced.add(pacedPassages)
    oneInFlight.add(passages)
    self.paced.add(pacedPassages)
    if let oneMedian = one.median, let pacedMedian = paced.median { medians.append((oneMedian, pacedMedian)) }
  }

  /// The latencies of all turns. There must be one.
  var latency: (oneInFlight: StageSummary, paced: StageSummary) {
    (oneInFlight.reported(parts: false)!.latency, paced.reported(parts: false)!.latency)
  }

  /// Returns the medians as multiples of those of the baselines in the same round.
  /// - Parameter baselines: at least one; of several the geometric mean counts.
  func ratios(
    to baselines: [SettingEntrant], rounds: Int
  ) -> (oneInFlight: RatioInterval, paced: RatioInterval) {
    func ratio(_ round: Int, _ median: ((oneInFlight: Double, paced: Double)) -> Double) -> Double {
      let logarithms = baselines.map { log(median($0.medians[round])) }
      return median(medians[round]) / exp(logarithms.reduce(0, +) / Double(baselines.count))
    }
    return (
      RatioInterval((0..<rounds).map { ratio($0) { $0.oneInFlight } }),
      RatioInterval((0..<rounds).map { ratio($0) { $0.paced } })
    )
  }

  /// Returns the row of the report.
  /// - Parameters:
  ///   - baselines: see ``ratios(to:rounds:)``.
  ///   - rounds: the rounds to compare, at least one, which all have completed.
  ///   - again: a repetition with brokers of its own, for the verdict.
  func row(
    against baselines: [SettingEntrant], rounds: Int, again: SettingsReport.Repetition? = nil
  ) -> SettingsReport.Row {
    let (latency, ratios) = (latency, ratios(to: baselines, rounds: rounds))
    return SettingsReport.Row(
      setting: setting, value: value, defaultValue: defaultValue,
      oneInFlight: SettingsReport.Load(
        latency: latency.oneInFlight, ratio: ratios.oneInFlight, again: again?.oneInFlight),
      paced: SettingsReport.Load(latency: latency.paced, ratio: ratios.paced, again: again?.paced))
  }
}

/// A turn of one setting: the same payloads by a new pair of processes, one in flight and then paced.
struct SettingTurn {
  /// Sends of a new pair that are not counted.
  private static let settling = 5

  let files: PayloadFiles
  let options: SettingsComparison.Options

  /// Measures one turn and adds it to the entrant.
  func measure(
    _ entrant: SettingEntrant, _ transport: Transport, brokers: String, topic: String
  ) throws(BenchError) {
    let pair = try PeerPair(
      transport,
      PeerPlace(payloads: files.directory, broker: brokers, topic: topic, timeout: options.timeout))
    defer { pair.stop() }
    _ = try pair.oneInFlight(Self.settling)
    let oneInFlight = try pair.oneInFlight(options.sends)
    entrant.add(
      oneInFlight: oneInFlight, paced: try pair.paced(options.pacedSends, fps: options.fps))
  }
}
