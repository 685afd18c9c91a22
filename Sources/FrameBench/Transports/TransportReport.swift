import FoundationEssentials
public import FrameLatency

/// The latency of a payload by each transport: the JSON of `compare transports --report` and its table.
///
/// Times in ms, from the start of a send (or its due time) until the receiver had every byte.
public struct TransportReport: ComparisonReport {
  /// A series of sends under one condition.
  public struct Series: Codable, Sendable, Equatable {
    public var latency: StageSummary
    /// Kafka: from the start until the broker's acknowledgement arrived.
    public var produce: StageSummary?
    /// Kafka: from the acknowledgement until the receiver had the payload; 0 when it had it before.
    public var consume: StageSummary?
    /// Each send's latency, in order, ms.
    public var each: [Double]
    /// Payloads per second that arrived, of paced sends.
    public var fps: Double?
  }

  public struct Row: Codable, Sendable, Equatable {
    public var name: String
    public var kind: Transport.Kind
    /// The client and its version, as the client states them.
    public var client: String
    /// Its options.
    public var options: [String]
    /// The first sends of new processes, as in the original test.
    public var cold: Series
    /// Sends one after the other, warm; absent when stopped before.
    public var oneInFlight: Series?
    /// Sends at a fixed rate, measured from the due time; absent where the transport cannot keep up.
    public var paced: Series?
    /// Mean times of requests inside the broker, by Kafka's name of the request; with `--broker-times`.
    public var brokerTimes: [String: RequestTimes.Means]?
  }

  /// What a tool of Kafka's own reports, in its own resolution, ms.
  public struct Tool: Codable, Sendable, Equatable {
    public var name: String
    public var sends: Int
    public var mean: Double
    /// Whole milliseconds.
    public var p50: Int
    public var p99: Int
    public var p999: Int
  }

  public static let currentSchema = "framefeed.compare-transports/1"

  public var schema = TransportReport.currentSchema
  public var command = "compare transports"
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
  /// Number of different payloads, which are sent in turns, and their mean size, bytes.
  public var payloads: Int
  public var payloadBytes: Int
  /// Rate of the paced sends, payloads per second.
  public var fps: Double
  /// Fastest first.
  public var rows: [Row]
  /// Kafka's own tools, where `KAFKA_HOME` names them.
  public var tools: [Tool]?
  public var skipped: [PeerList.Skipped]
  /// Transports that failed during the comparison.
  public var failed: [PeerList.Skipped]
  public var notes: [String]?

  /// The report as one aligned table for a terminal, without a newline at the end.
  public func table() -> String {
    let head = [
      "ms", "first", "p50 of \(rows.first?.cold.latency.count ?? 0)", "count", "p50", "p90", "p99", "p99.9",
      "max", "produce", "consume", "p50 at \(fps.fixed(0)) fps", "p99",
    ]
    let cells = rows.map { row in
      [row.name, row.cold.each.first?.fixed(2) ?? "", row.cold.latency.p50.fixed(2)]
        + Self.cells(row.oneInFlight)
        + (row.paced.map { [$0.latency.p50.fixed(2), $0.latency.p99.fixed(2)] } ?? ["-", "-"])
    }
    var lines = [
      "transports of \(source)  codec \(codec)  \(payloads) payloads, \(payloadBytes) bytes each on average  broker \(broker)",
      "first and p50 of \(rows.first?.cold.latency.count ?? 0): from cold; count...max, produce and consume (p50): one in flight, warm; the last two: paced",
    ]
    lines += TextTable.aligned([head] + cells)
    lines += (tools ?? []).map {
      "\($0.name), from cold, its own figures in whole ms: \($0.sends) sends, mean \($0.mean.fixed(2)), p50 \($0.p50), p99 \($0.p99), p99.9 \($0.p999)"
    }
    lines += brokerTimes
    lines += failed.map { "failed: \($0.name): \($0.reason)" }
    lines += skipped.map { "skipped: \($0.name): \($0.reason)" }
    lines += (notes ?? []).map { "note: \($0)" }
    if let verdict { lines.append(verdict) }
    return lines.joined(separator: "\n")
  }

  /// The table of times inside the broker, if they were measured.
  private var brokerTimes: [String] {
    let measured = rows.compactMap { row in row.brokerTimes.map { (row.name, $0) } }
    guard !measured.isEmpty else { return [] }
    let head = [
      "ms in the broker (mean)", "produce", "queue", "append", "replicas", "answer queue", "send", "fetch",
      "queue",
      "read", "wait for records", "answer queue", "send",
    ]
    let cells = measured.map { name, times in
      [name] + Self.cells(times[RequestTimes.Request.produce.rawValue])
        + Self.cells(times[RequestTimes.Request.fetch.rawValue])
    }
    return ["", "requests one in flight, and their mean times; Kafka counts each in whole ms"]
      + TextTable.aligned([head] + cells)
  }

  private static func cells(_ means: RequestTimes.Means?) -> [String] {
    guard let means else { return [String](repeating: "-", count: 6) }
    return ["\(means.requests)"]
      + [means.requestQueue, means.local, means.remote, means.responseQueue, means.responseSend].map {
        $0.fixed(2)
      }
  }

  private static func cells(_ series: Series?) -> [String] {
    guard let series else { return [String](repeating: "-", count: 8) }
    let summary = series.latency
    let times = [summary.p50, summary.p90, summary.p99, summary.p999, summary.max].map { $0.fixed(2) }
    return [String(summary.count)] + times + [series.produce, series.consume].map { $0?.p50.fixed(2) ?? "-" }
  }

  private var verdict: String? {
    let measured = rows.filter { $0.oneInFlight != nil }
    guard let fastest = measured.first else { return nil }
    let kafka = measured.first { $0.kind == .kafka }
    return "least latency, one in flight: \(fastest.name)" + (kafka.map { "; by Kafka: \($0.name)" } ?? "")
  }
}
