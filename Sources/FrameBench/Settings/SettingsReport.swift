import FoundationEssentials
public import FrameLatency

/// The effect of Kafka settings on latency: the JSON of `compare settings --report` and its table.
///
/// Times in ms, from the start of a send (or its due time) until the receiver had every byte.
public struct SettingsReport: ComparisonReport {
  /// The result for one load under one setting.
  public struct Load: Codable, Sendable, Equatable {
    public var latency: StageSummary
    /// Median latency as a multiple of that of the baseline in the same round.
    public var ratio: RatioInterval
    /// The same of a repetition with other brokers; absent where there was no difference to repeat, and for settings of
    /// the client.
    public var again: RatioInterval?

    /// Whether the difference is more than chance, and was the same in the repetition.
    public var isDifferent: Bool {
      // Of one or two rounds every ratio excludes 1.
      guard ratio.isMeasurable, ratio.confidence >= 0.9 else { return false }
      guard let again else { return true }
      return again.isMeasurable && (again.median < 1) == (ratio.median < 1)
    }

    /// The ratio, or that it may be due to chance; and its range, which tells how small a difference would have shown.
    public var verdict: String {
      let noise = "(\(ratio.low.fixed(2)) to \(ratio.high.fixed(2)))"
      let repeated = again.map { ", again \($0.median.fixed(2))" } ?? ""
      guard isDifferent else { return "no measurable difference \(noise)\(repeated)" }
      let direction = again == nil ? "" : ratio.median < 1 ? "better " : "worse "
      return "\(direction)\(ratio.median.fixed(2)) x \(noise)\(repeated)"
    }
  }

  /// The ratios of a repetition.
  public struct Repetition: Sendable {
    public var oneInFlight: RatioInterval
    public var paced: RatioInterval
  }

  /// Which side of the connection the settings are of.
  public enum Side: String, Codable, Sendable, CaseIterable {
    case client, broker
  }

  /// What rows are compared with.
  public struct Baseline: Codable, Sendable, Equatable {
    public var name: String
    public var oneInFlight: StageSummary
    public var paced: StageSummary
  }

  public struct Row: Codable, Sendable, Equatable {
    public var setting: String
    public var value: String
    /// The default; absent for a set of settings.
    public var defaultValue: String?
    public var oneInFlight: Load
    public var paced: Load
    /// The name of the baseline of this row; absent where there is only one.
    public var baseline: String?
  }

  public static let currentSchema = "framefeed.compare-settings/1"

  public var schema = SettingsReport.currentSchema
  public var command = "compare settings"
  /// Absent in reports of versions that knew only the client's.
  public var side: Side? = .client
  /// ISO 8601, UTC.
  public var started: String
  public var durationSeconds: Double
  public var host = HostDescription.current()
  public var versions: [String: String]
  public var broker: String
  /// Settings that FrameFeed changes from librdkafka's defaults; secrets as `***`.
  public var settings: [String: String]
  public var source: String
  public var codec: String
  public var payloads: Int
  public var payloadBytes: Int
  /// Rate of the paced sends, payloads per second.
  public var fps: Double
  public var rounds: Int
  /// Latencies of the (first) baseline: librdkafka's defaults, or one broker with Kafka's.
  public var oneInFlight: StageSummary
  public var paced: StageSummary
  /// All baselines, where rows have different ones.
  public var baselines: [Baseline]?
  /// Largest effect first.
  public var rows: [Row]
  public var notes: [String]?

  /// The report as one aligned table for a terminal, without a newline at the end.
  public func table() -> String {
    let head = [
      side == .broker ? "setting of the broker" : "setting", "value", "default", "p50", "p99",
      "of the defaults",
      "p50 at \(fps.fixed(0)) fps", "p99", "of the defaults",
    ]
    let own = Baseline(name: "librdkafka's defaults", oneInFlight: oneInFlight, paced: paced)
    let cells = (baselines ?? [own]).flatMap { baseline in
      [Self.cells(baseline)]
        + rows.filter { $0.baseline == nil || $0.baseline == baseline.name }.map(Self.cells)
    }
    let confidence = rows.first.map { ($0.oneInFlight.ratio.confidence * 100).fixed(1) } ?? "0"
    var lines = [
      "settings on \(source)  codec \(codec)  \(payloadBytes) bytes a payload on average  broker \(broker)",
      "ms from send to received, one in flight and at \(fps.fixed(0)) a second; \(rounds) rounds; ranges hold the true median with \(confidence) %",
    ]
    lines += TextTable.aligned([head] + cells)
    lines += (notes ?? []).map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }

  private static func cells(_ baseline: Baseline) -> [String] {
    [
      baseline.name, "", "", baseline.oneInFlight.p50.fixed(2), baseline.oneInFlight.p99.fixed(2), "",
      baseline.paced.p50.fixed(2), baseline.paced.p99.fixed(2), "",
    ]
  }

  private static func cells(_ row: Row) -> [String] {
    [row.setting, row.value, row.defaultValue ?? ""] + cells(row.oneInFlight) + cells(row.paced)
  }

  private static func cells(_ load: Load) -> [String] {
    [load.latency.p50.fixed(2), load.latency.p99.fixed(2), load.verdict]
  }
}

extension [SettingsReport.Row] {
  /// Differences first, then by size, increases and decreases alike.
  var byEffect: Self {
    func effect(_ row: SettingsReport.Row) -> Double {
      [row.oneInFlight, row.paced].map { load in
        let size = Swift.max(load.ratio.median, 1 / load.ratio.median)
        return load.isDifferent ? size + 1e6 : size
      }.max() ?? 0
    }
    return sorted { effect($0) > effect($1) }
  }
}
