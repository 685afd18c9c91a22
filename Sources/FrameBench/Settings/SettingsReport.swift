import FoundationEssentials
public import FrameLatency

/// The effect of Kafka settings on latency: the JSON of `compare settings --report` and its table.
///
/// Times in ms, from the start of a send (or its due time) until the receiver had every byte.
public struct SettingsReport: ComparisonReport {
  /// The result for one load under one setting.
  public struct Load: Codable, Sendable, Equatable {
    public var latency: StageSummary
    /// Median latency as a multiple of that under librdkafka's defaults in the same round.
    public var ratio: RatioInterval

    /// The ratio, or that it may be due to chance.
    public var verdict: String {
      guard ratio.isMeasurable else { return "no measurable difference" }
      return "\(ratio.median.fixed(2)) x (\(ratio.low.fixed(2)) to \(ratio.high.fixed(2)))"
    }
  }

  public struct Row: Codable, Sendable, Equatable {
    public var setting: String
    public var value: String
    /// librdkafka's default; absent for a set of settings.
    public var defaultValue: String?
    public var oneInFlight: Load
    public var paced: Load
  }

  public static let currentSchema = "framefeed.compare-settings/1"

  public var schema = SettingsReport.currentSchema
  public var command = "compare settings"
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
  /// Latencies under librdkafka's defaults.
  public var oneInFlight: StageSummary
  public var paced: StageSummary
  /// Largest effect first.
  public var rows: [Row]
  public var notes: [String]?

  /// The report as one aligned table for a terminal, without a newline at the end.
  public func table() -> String {
    let head = [
      "setting", "value", "default", "p50", "p99", "of the defaults", "p50 at \(fps.fixed(0)) fps", "p99",
      "of the defaults",
    ]
    let cells = rows.map { row in
      [row.setting, row.value, row.defaultValue ?? ""] + Self.cells(row.oneInFlight) + Self.cells(row.paced)
    }
    let base = [
      "librdkafka's defaults", "", "", oneInFlight.p50.fixed(2), oneInFlight.p99.fixed(2), "",
      paced.p50.fixed(2), paced.p99.fixed(2), "",
    ]
    let confidence = rows.first.map { ($0.oneInFlight.ratio.confidence * 100).fixed(1) } ?? "0"
    var lines = [
      "settings on \(source)  codec \(codec)  \(payloadBytes) bytes a payload on average  broker \(broker)",
      "ms from send to received, one in flight and at \(fps.fixed(0)) a second; \(rounds) rounds; ranges hold the true median with \(confidence) %",
    ]
    lines += TextTable.aligned([head, base] + cells)
    lines += (notes ?? []).map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }

  private static func cells(_ load: Load) -> [String] {
    [load.latency.p50.fixed(2), load.latency.p99.fixed(2), load.verdict]
  }
}
