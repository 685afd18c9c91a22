import FoundationEssentials
public import FrameLatency

/// The cost of each encoding of a feed: the JSON of `compare encodings --report` and its table.
///
/// Fields that do not apply are `nil` and absent from the JSON, never zero.
public struct EncodingReport: ComparisonReport {
  /// One codec's costs, over all frames and rounds.
  public struct Row: Codable, Sendable, Equatable {
    /// As on the command line; `json` is the list of pixel numbers.
    public var codec: String
    /// Frames of the feed that were measured.
    public var frames: Int
    /// Payload bytes per frame, mean.
    public var payloadBytes: Int
    /// Payload bytes as a share of the pixels' bytes.
    public var shareOfRaw: Double
    /// Payload at 30 frames per second, MB/s.
    public var megabytesPerSecondAt30: Double
    /// Time from pixels (or an unchanged file) to payload, ms.
    public var encode: StageSummary
    /// Time from payload to pixels, ms.
    public var decode: StageSummary
    /// Peak signal-to-noise ratio of the decoded pixels, dB, mean over the frames; absent when lossless.
    public var psnr: Double?
    public var lossless: Bool
    /// Time from the source through the broker to a 224x224 tensor, one frame at a time, ms.
    public var endToEnd: StageSummary?
    /// The rate that one feed sustains through the broker with several frames in flight; the better of the rounds.
    public var framesPerSecond: Double?
    /// Latency of each stage with one frame at a time, ms.
    public var stages: [String: StageSummary]?
  }

  public static let currentSchema = "framefeed.compare-encodings/1"

  public var schema = EncodingReport.currentSchema
  public var command = "compare encodings"
  /// ISO 8601, UTC.
  public var started: String
  public var durationSeconds: Double
  public var host = HostDescription.current()
  /// Library name to version.
  public var versions: [String: String]
  public var source: String
  /// How many times each codec encoded and decoded each frame.
  public var rounds: Int
  /// Pixel bytes per frame, mean.
  public var rawBytes: Int
  public var rows: [Row]
  /// Absent when no broker was used.
  public var broker: String?
  /// Effective librdkafka settings that differ from its defaults; secrets as `***`.
  public var settings: [String: String]?
  public var notes: [String]?

  /// The report as one aligned table for a terminal, without a newline at the end.
  public func table() -> String {
    let hasBroker = broker != nil
    let head =
      ["codec", "bytes", "of raw", "MB/s at 30", "encode p50", "p99", "decode p50", "p99", "PSNR dB"]
      + (hasBroker ? ["end to end p50", "p99", "fps"] : [])
    let cells = rows.map { row in
      [
        row.codec, String(row.payloadBytes), "\((row.shareOfRaw * 100).fixed(1)) %",
        row.megabytesPerSecondAt30.fixed(1), row.encode.p50.fixed(2), row.encode.p99.fixed(2),
        row.decode.p50.fixed(2), row.decode.p99.fixed(2),
        row.lossless ? "lossless" : row.psnr.map { $0.fixed(1) } ?? "",
      ] + (hasBroker ? endToEnd(row) : [])
    }
    let title =
      "encodings of \(source)  \(rows.map(\.frames).max() ?? 0) frames, \(rounds) rounds  raw \(rawBytes) bytes a frame  times in ms\(broker.map { "  broker \($0)" } ?? "")"
    return ([title] + TextTable.aligned([head] + cells) + (notes ?? []).map { "note: \($0)" } + [verdict])
      .joined(separator: "\n")
  }

  private func endToEnd(_ row: Row) -> [String] {
    [
      row.endToEnd?.p50.fixed(2) ?? "-", row.endToEnd?.p99.fixed(2) ?? "-",
      row.framesPerSecond?.fixed(0) ?? "-",
    ]
  }

  /// The two results that most readers look for.
  private var verdict: String {
    func time(_ row: Row) -> Double { row.endToEnd?.p50 ?? row.encode.p50 + row.decode.p50 }
    let timed = broker == nil ? rows : rows.filter { $0.endToEnd != nil }
    guard let fewest = rows.min(by: { $0.payloadBytes < $1.payloadBytes }),
      let fastest = timed.min(by: { time($0) < time($1) })
    else { return "nothing was measured" }
    let what = broker == nil ? "least time to encode and decode" : "lowest end-to-end latency"
    return "for this feed on this machine: \(what): \(fastest.codec); fewest bytes: \(fewest.codec)"
  }
}
