import FoundationEssentials
public import FrameLatency

/// The cost of converting frames to a model's tensor: the JSON of `compare tensors --report` and its tables.
public struct TensorReport: ComparisonReport {
  public enum Job: String, Codable, Sendable, CaseIterable {
    /// From JPEG files.
    case jpeg
    /// From interleaved pixels.
    case pixels
    /// From pixels to text and back, with checks: the cost that a text protocol adds.
    case base64Encode = "base64-encode"
    case base64Decode = "base64-decode"

    var title: String {
      switch self {
      case .jpeg: "JPEG file to tensor"
      case .pixels: "pixels to tensor"
      case .base64Encode: "pixels to base64"
      case .base64Decode: "base64 to pixels"
      }
    }
  }

  public enum Kind: String, Codable, Sendable {
    case framefeed, peer
    /// The minimum work of any method: one part of a library alone, or a plain loop.
    case floor
  }

  /// One method, over all frames and rounds.
  public struct Row: Codable, Sendable, Equatable {
    public var job: Job
    public var name: String
    public var kind: Kind
    /// ms
    public var time: StageSummary
    /// Its time as a multiple of FrameFeed's (`accurate`), for the same frame in the same round; absent in FrameFeed's
    /// own row.
    public var ofFrameFeed: RatioInterval?
    /// Peak signal-to-noise ratio against a decode at full size and a resize in floating point, dB, over all frames;
    /// absent when the tensors are identical.
    public var psnr: Double?
    /// Largest difference of an element from the same reference, in levels of 0...255.
    public var largestDifference: Double?
  }

  /// One job on several threads.
  public struct Scaling: Codable, Sendable, Equatable {
    public var name: String
    public var threads: Int
    /// Throughput as a multiple of that of one thread.
    public var speedup: RatioInterval
    /// Frames per second on all threads.
    public var framesPerSecond: Double
  }

  /// The input tensor of the model.
  public struct Input: Codable, Sendable, Equatable {
    public var model: String
    public var width: Int
    public var height: Int
    public var type: String
    public var layout: String
  }

  public static let currentSchema = "framefeed.compare-tensors/1"

  public var schema = TensorReport.currentSchema
  public var command = "compare tensors"
  /// ISO 8601, UTC.
  public var started: String
  public var durationSeconds: Double
  public var host = HostDescription.current()
  /// The kernel variant in use.
  public var instructions: String
  public var versions: [String: String]
  public var source: String
  /// Size of the first frame, px.
  public var frameSize: String
  public var frames: Int
  public var rounds: Int
  /// Mean size of a frame's file, bytes.
  public var fileBytes: Int
  public var input: Input
  public var rows: [Row]
  public var scaling: [Scaling]
  public var notes: [String]?

  /// The report as aligned tables for a terminal, without a newline at the end.
  public func table() -> String {
    var lines = [
      "tensors of \(source)  \(frameSize), \(frames) frames of \(fileBytes) bytes, \(rounds) rounds  to \(input.width)x\(input.height) \(input.type) \(input.layout) (\(input.model))  one thread, \(instructions), times in ms"
    ]
    for job in Job.allCases {
      let some = rows.filter { $0.job == job }
      guard !some.isEmpty else { continue }
      let isText = job == .base64Encode || job == .base64Decode
      let head =
        [job.title, "p50", "p90", "p99", "of FrameFeed's"] + (isText ? [] : ["PSNR dB", "largest error"])
      lines += TextTable.aligned([head] + some.map { Array(cells($0).prefix(head.count)) })
    }
    if !scaling.isEmpty {
      let head = ["on \(scaling[0].threads) threads", "of one thread's", "fps"]
      lines += TextTable.aligned(
        [head] + scaling.map { [$0.name, Self.text($0.speedup), $0.framesPerSecond.fixed(0)] })
    }
    return (lines + (notes ?? []).map { "note: \($0)" }).joined(separator: "\n")
  }

  private func cells(_ row: Row) -> [String] {
    [
      row.name, row.time.p50.fixed(2), row.time.p90.fixed(2), row.time.p99.fixed(2),
      row.ofFrameFeed.map(Self.text) ?? "", row.psnr.map { $0.fixed(1) } ?? "",
      row.largestDifference.map { $0.fixed(1) } ?? "",
    ]
  }

  private static func text(_ ratio: RatioInterval) -> String {
    "\(ratio.median.fixed(2)) x (\(ratio.low.fixed(2)) to \(ratio.high.fixed(2)))"
  }
}
