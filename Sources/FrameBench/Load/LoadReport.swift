import FoundationEssentials
public import FrameLatency

/// The latency of feeds under load: the JSON of `compare load --report` and its table.
///
/// Times in ms, from when a frame was due until the receiver had every byte.
public struct LoadReport: ComparisonReport {
  /// Processor time per frame, ms: all threads, user and system.
  public struct Processor: Codable, Sendable, Equatable {
    public var source: Double
    public var broker: Double
    public var sink: Double
  }

  public struct Row: Codable, Sendable, Equatable {
    /// Brokers of the cluster, which is also the number of replicas.
    public var brokers: Int
    public var tls: Bool
    public var feeds: Int
    /// Frames per second of each feed.
    public var fps: Double
    public var client: String
    /// Absent where it was not measured.
    public var latency: StageSummary?
    /// Frames that arrived after the next one of their feed was due.
    public var missed: Int?
    /// Frames per second that arrived, of all feeds.
    public var arrivedFps: Double?
    public var processor: Processor?
    /// The median latency as a multiple of that of librdkafka in C in the same round.
    public var ratio: RatioInterval?
    /// Why it was not measured.
    public var skipped: String?
  }

  /// The share of the frames due that must arrive in time for a row not to fall behind; the rest is latency at the end of
  /// a turn.
  static let sustained = 0.95

  public static let currentSchema = "framefeed.compare-load/1"

  public var schema = LoadReport.currentSchema
  public var command = "compare load"
  /// ISO 8601, UTC.
  public var started: String
  public var durationSeconds: Double
  public var host = HostDescription.current()
  public var versions: [String: String]
  public var broker: String
  public var source: String
  public var codec: String
  public var payloads: Int
  public var payloadBytes: Int
  /// Turns of each client, and the length of one, s.
  public var rounds: Int
  public var seconds: Double
  public var rows: [Row]
  public var notes: [String]?

  /// The report as one aligned table for a terminal, without a newline at the end.
  public func table() -> String {
    let head = [
      "feeds", "fps", "MB/s", "client", "arrived", "frames", "p50", "p90", "p99", "p99.9", "max", "missed",
      "source",
      "broker", "sink", "of librdkafka in C",
    ]
    var lines = [
      "load of \(source)  codec \(codec)  \(payloadBytes) bytes a frame on average  \(broker)",
      "ms from due to received; missed: after the next frame of its feed was due; source, broker, sink: processor ms a frame",
      "arrived: of the frames due a second, below 95 % it falls behind; ranges are those of \(rounds) turns",
    ]
    for place in places {
      let own = rows.filter { $0.brokers == place.brokers && $0.tls == place.tls }
      lines += ["", Self.name(place)]
      lines += TextTable.aligned([head] + own.compactMap(cells))
      lines += Self.unmeasured(own)
    }
    lines += (notes ?? []).map { "note: \($0)" }
    return lines.joined(separator: "\n")
  }

  /// Returns a line for each client and reason.
  private static func unmeasured(_ rows: [Row]) -> [String] {
    var skipped: [(client: String, reason: String, loads: [String])] = []
    for row in rows {
      guard let reason = row.skipped else { continue }
      let load = "\(row.feeds) x \(row.fps.fixed(0))"
      if let at = skipped.firstIndex(where: { $0.client == row.client && $0.reason == reason }) {
        skipped[at].loads.append(load)
      } else {
        skipped.append((row.client, reason, [load]))
      }
    }
    return skipped.map {
      "not measured: \($0.client) at \($0.loads.joined(separator: ", ")) fps: \($0.reason)"
    }
  }

  struct Place: Equatable {
    let brokers: Int
    let tls: Bool
  }

  /// The clusters and listeners, in the order measured.
  var places: [Place] {
    rows.reduce(into: []) { places, row in
      let place = Place(brokers: row.brokers, tls: row.tls)
      if !places.contains(place) { places.append(place) }
    }
  }

  static func name(_ place: Place) -> String {
    (place.brokers == 1 ? "one broker" : "\(place.brokers) brokers, \(place.brokers) replicas, acks=all")
      + (place.tls ? ", TLS" : "")
  }

  /// Returns `nil` for a row that was not measured.
  private func cells(_ row: Row) -> [String]? {
    let load = Double(row.feeds) * row.fps * Double(payloadBytes) / 1e6
    let name = ["\(row.feeds)", row.fps.fixed(0), load.fixed(1), row.client]
    guard let latency = row.latency, let processor = row.processor else { return nil }
    return name
      + ["\((100 * (row.arrivedFps ?? 0) / (Double(row.feeds) * row.fps)).fixed(0)) %", "\(latency.count)"]
      + [latency.p50, latency.p90].map { $0.fixed(2) }
      // Of fewer frames they are the maximum.
      + [
        latency.count >= 100 ? latency.p99.fixed(2) : "-",
        latency.count >= 1000 ? latency.p999.fixed(2) : "-",
      ]
      + [latency.max.fixed(2)]
      + ["\(row.missed ?? 0)"] + [processor.source, processor.broker, processor.sink].map { $0.fixed(2) }
      + [row.ratio.map(text) ?? ""]
  }

  private func text(_ ratio: RatioInterval) -> String {
    let median = ratio.median.fixed(2)
    return rounds > 1 ? "\(median) (\(ratio.low.fixed(2)) to \(ratio.high.fixed(2)))" : median
  }
}
