public import FrameLatency

/// The state of a running stream or sink, for the progress line, pages and metrics.
///
/// A snapshot is cheap: it reads counters and copies a few numbers, and holds no lock for long that frames wait for.
/// Values that do not apply or are not known are absent.
public struct FeedSnapshot: Codable, Sendable {
  /// The last complete window, of about ten seconds.
  public struct Window: Codable, Sendable {
    /// Its length, s.
    public var seconds: Double
    /// Frames that reached the end of this side, and payload bytes received or sent.
    public var rate: RunReport.Rate
    /// ``Stage`` name to distribution, ms; percentiles are within 3.2 %.
    public var stages: [String: StageSummary]
  }

  /// One feed, as the sink counts it.
  public struct Feed: Codable, Sendable {
    /// Its name, or ``FeedTable/others``.
    public var feed: String
    public var received: Int
    public var inferred: Int
    public var rejected: Int
    /// Frames dropped because they were too old or a newer one replaced them.
    public var dropped: Int
    /// The time since its last frame, ms.
    public var ageMs: Double?
    /// End-to-end latency in the last window, ms; percentiles are within 3.2 %.
    public var endToEnd: StageSummary?
  }

  /// A rejected record.
  public struct Rejection: Codable, Sendable, Equatable {
    /// ISO 8601, UTC.
    public var time: String
    public var partition: Int32
    public var offset: Int64
    /// `nil` if unknown.
    public var feed: String?
    /// Shortened if it is long.
    public var reason: String
  }

  /// The subcommand: `stream`, `sink`, `demo`.
  public var command: String
  /// The time since the first frame, s.
  public var seconds: Double
  /// The counts known while running; frames missing are only in the report.
  public var frames: FrameCounts
  /// Bytes received or sent.
  public var bytes: RunReport.Bytes
  /// The number of frames of the whole run, if known.
  public var total: Int?
  /// Sink: records of the topic without an answer.
  public var lag: Int?
  /// The rate since the first frame.
  public var rate: RunReport.Rate
  /// Absent until the first window ends.
  public var window: Window?
  /// ``Stage`` name to percentiles since the start, ms.
  public var stages: [String: StagePercentiles]
  /// Sink: sorted by name; as many as a ``FeedTable`` lists separately.
  public var feeds: [Feed]?
  /// Sink: the last rejections, the newest last.
  public var rejections: [Rejection]?
  /// Sink: a message about what is awaited when nothing has come for a while.
  public var waitingFor: String?

  /// Frames that reached the end of this side: answered by the model, or acknowledged by the broker, or sent, without
  /// acknowledgements.
  public var done: Int { frames.inferred ?? frames.acknowledged ?? frames.sent ?? 0 }
}

extension FeedSnapshot {
  /// - Parameters:
  ///   - seconds: the time since the first frame.
  ///   - rates: the rates of the last window.
  init(
    command: String, seconds: Double, frames: FrameCounts, bytes: RunReport.Bytes, total: Int?,
    latency: LatencyRecorder, rates: RateWindow
  ) {
    self.command = command
    self.seconds = seconds
    self.frames = frames
    self.bytes = bytes
    self.total = total
    rate = RunReport.Rate(fps: 0, megabytesPerSecond: 0)
    stages = latency.percentiles.byName
    if let length = latency.windowSeconds, let last = rates.last {
      window = Window(seconds: length, rate: last, stages: latency.window.byName)
    }
    if seconds > 0 {
      rate.fps = Double(done) / seconds
      rate.megabytesPerSecond = Double(bytes.payload ?? 0) / 1e6 / seconds
    }
  }
}
