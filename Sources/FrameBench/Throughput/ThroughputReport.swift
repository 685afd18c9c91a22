import FoundationEssentials
public import FrameLatency

/// How many frames a second a source and a sink carry, beside Kafka's own tools: the JSON of
/// `compare throughput --report` and its table.
public struct ThroughputReport: ComparisonReport {
  public struct Row: Codable, Sendable, Equatable {
    public var name: String
    /// `source` or `sink`.
    public var side: Side
    /// Records per second of each round, by the program's own report.
    public var each: [Double]
    /// Processor time of the program per record, ms, of each round; all of it, start-up included.
    public var processor: [Double]

    /// The median of the rounds, of which there is at least one.
    public var recordsPerSecond: Double { RatioInterval(each).median }
  }

  public enum Side: String, Codable, Sendable {
    case source, sink
  }

  public static let currentSchema = "framefeed.compare-throughput/1"

  public var schema = ThroughputReport.currentSchema
  public var command = "compare throughput"
  /// ISO 8601, UTC.
  public var started: String
  public var durationSeconds: Double
  public var host = HostDescription.current()
  public var versions: [String: String]
  public var broker: String
  public var source: String
  public var codec: String
  public var payloadBytes: Int
  /// Records of one turn, and turns.
  public var records: Int
  public var rounds: Int
  public var rows: [Row]
  public var failed: [PeerList.Skipped]
  public var notes: [String]?

  /// The report as one aligned table for a terminal, without a newline at the end.
  public func table() -> String {
    let cells = rows.map { row in
      let rate = row.recordsPerSecond
      return [
        row.side.rawValue, row.name, rate.fixed(0), (row.each.min() ?? 0).fixed(0),
        (row.each.max() ?? 0).fixed(0),
        (rate * Double(payloadBytes) / 1e6).fixed(0), RatioInterval(row.processor).median.fixed(3),
      ]
    }
    var lines = [
      "throughput of \(source)  codec \(codec)  \(payloadBytes) bytes a record on average  broker \(broker)",
      "records/s by each program's own report, median of \(rounds) turns of \(records) records; processor ms a record, start-up included",
    ]
    lines += TextTable.aligned([["", "", "records/s", "least", "most", "MB/s", "processor ms"]] + cells)
    lines += failed.map { "failed: \($0.name): \($0.reason)" }
    lines += (notes ?? []).map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }
}
