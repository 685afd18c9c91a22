public import FrameCore
import FrameFeed
import FrameLatency
public import KafkaTransport

/// Sends the same payloads through brokers of Apache Kafka of which each differs by one setting, in turns, and compares
/// each with Kafka's defaults.
///
/// Every variant has brokers of its own. As many of them run side by side as the memory holds, each lot with its own
/// baseline: turns of one round share the machine's state, brokers measured one after the other do not. What differs is
/// measured once more with other brokers.
public final class BrokerSettingsComparison {
  /// The share of the free memory that brokers may have.
  private static let memoryShare = 0.9

  private let files: PayloadFiles
  private let executable: String
  private let options: SettingsComparison.Options
  private let common: PeerSettings
  private let stop: StopSignal
  private let progress: (String) -> Void
  private var kafkaName = ""
  private var failures: [String] = []

  /// - Parameters:
  ///   - executable: path of `framefeed`, which runs as sender and receiver.
  ///   - common: settings for every process.
  ///   - stop: ends the comparison after the current turn.
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
  }

  /// Returns the settings given as arguments; without any, the standard ones.
  public static func variants(_ arguments: [String]) throws(BenchError) -> [BrokerVariant] {
    var variants: [BrokerVariant] = []
    for argument in arguments { variants.append(try BrokerVariant(argument: argument)) }
    return variants.isEmpty ? BrokerVariant.standard : variants
  }

  /// What one lot has measured.
  private struct Measured {
    let variants: [BrokerVariant]
    let baseline: SettingEntrant
    let control: SettingEntrant
    let entrants: [SettingEntrant]
    let rounds: Int

    /// Two brokers with the same settings differ for as long as they run, by what their JVMs have compiled: both are the
    /// measure of the others.
    var baselines: [SettingEntrant] { [baseline, control] }
  }

  /// Runs the comparison. Blocks the calling thread.
  /// - Parameter kafka: the settings of the clients, for the report.
  /// - Throws: ``BenchError`` when nothing was measured; a variant that fails is named in the report.
  public func run(
    _ variants: [BrokerVariant], _ kafka: KafkaSettings, source: String, codec: String
  ) throws(BenchError) -> SettingsReport {
    let (wall, started) = (FrameClock.now(), FrameClock.monotonic())
    let certificate = variants.contains { $0.isSecure } ? try BrokerCertificate() : nil
    var rows: [SettingsReport.Row] = []
    var baselines: [SettingsReport.Baseline] = []
    var fewest = options.rounds
    for group in BrokerVariant.Group.allCases {
      let own = variants.filter { $0.group == group }
      let lots = try measure(group, own, certificate, isFirst: baselines.isEmpty)
      let again = try repetitions(group, lots, certificate)
      for (number, lot) in lots.enumerated() {
        let name = lots.count > 1 ? "\(group.rawValue) (\(number + 1))" : group.rawValue
        let latency = lot.baseline.latency
        baselines.append(
          SettingsReport.Baseline(name: name, oneInFlight: latency.oneInFlight, paced: latency.paced))
        let control = lot.control.row(against: [lot.baseline], rounds: lot.rounds)
        let others = lot.entrants.map {
          $0.row(against: lot.baselines, rounds: lot.rounds, again: again[$0.name])
        }
        rows += ([control] + others.byEffect).map { row in
          var row = row
          row.baseline = name
          return row
        }
        fewest = min(fewest, lot.rounds)
      }
    }
    guard let first = baselines.first else {
      throw failures.first.map { BenchError.failed($0) } ?? .stopped
    }
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

  private var notes: [String] {
    var notes = [
      "each setting has brokers of its own, warm, as Kafka's start script runs them (G1, heap of 1 GB), and one partition",
      "rows are compared with both brokers that have the defaults; better and worse were so with a second set of brokers too; verdicts are of medians, what shows as pauses is in p99",
    ]
    notes += failures.map { "not measured: \($0)" }
    if stop.isRequested { notes.append("stopped before the end") }
    return notes
  }

  /// Measures the variants of a group in lots that fit into memory.
  private func measure(
    _ group: BrokerVariant.Group, _ variants: [BrokerVariant], _ certificate: BrokerCertificate?,
    isFirst: Bool
  ) throws(BenchError) -> [Measured] {
    var measured: [Measured] = []
    for lot in try lots(group, variants) where !stop.isRequested {
      let context = BrokerLot.Context(
        files: files, executable: executable, options: options, common: common, certificate: certificate,
        stop: stop, progress: progress)
      do throws(BenchError) {
        let running = try BrokerLot(group, lot, context)
        kafkaName = running.kafkaName
        let (entrants, rounds) = running.measure()
        failures += running.failures
        guard entrants.count > 1, rounds > 0 else { continue }
        measured.append(
          Measured(
            variants: lot, baseline: entrants[0], control: entrants[1],
            entrants: entrants.dropFirst(2).filter { $0.rounds >= rounds }, rounds: rounds))
      } catch .stopped {
        break
      } catch {
        if isFirst, measured.isEmpty { throw error }
        failures.append("\(group.rawValue): \(error.reason)")
      }
    }
    return measured
  }

  /// Measures once more what made a difference.
  /// - Returns: the ratios by the entrants' names.
  private func repetitions(
    _ group: BrokerVariant.Group, _ lots: [Measured], _ certificate: BrokerCertificate?
  ) throws(BenchError) -> [String: SettingsReport.Repetition] {
    var different: [BrokerVariant] = []
    for lot in lots {
      for entrant in lot.entrants {
        let row = entrant.row(against: lot.baselines, rounds: lot.rounds)
        guard row.oneInFlight.isDifferent || row.paced.isDifferent else { continue }
        different += lot.variants.filter { "\($0.setting) \($0.value)" == entrant.name }
      }
    }
    var again: [String: SettingsReport.Repetition] = [:]
    for lot in try measure(group, different, certificate, isFirst: false) {
      for entrant in lot.entrants {
        let ratios = entrant.ratios(to: lot.baselines, rounds: lot.rounds)
        again[entrant.name] = SettingsReport.Repetition(oneInFlight: ratios.oneInFlight, paced: ratios.paced)
      }
    }
    return again
  }

  /// Divides variants so that the brokers of each lot, its baseline and its control fit into the free memory.
  private func lots(_ group: BrokerVariant.Group, _ variants: [BrokerVariant]) throws(BenchError)
    -> [[BrokerVariant]]
  {
    guard !variants.isEmpty else { return [] }
    let free = Int(Double(HostMemory.available) * Self.memoryShare)
    let fixed = BrokerVariant.baseline(group).memory + BrokerVariant.control(group).memory
    var lots: [[BrokerVariant]] = []
    var room = 0
    for variant in variants {
      if variant.memory > room || lots.isEmpty {
        room = free - fixed
        guard variant.memory <= room else {
          throw .failed(
            "brokers with \(variant.setting) \(variant.value) beside their baseline need \((fixed + variant.memory) >> 20) MB of memory, \(free >> 20) MB are free: leave it out (--setting names others), or run where there is more"
          )
        }
        lots.append([])
      }
      room -= variant.memory
      lots[lots.count - 1].append(variant)
    }
    return lots
  }
}
