public import FrameLatency

/// A stream or a sink while it runs: what the progress line shows, and pages and metrics may.
///
/// Taking one is cheap: counters are read and a few numbers copied; no lock is held that frames wait for long.
/// What does not apply, or is not known, is absent.
public struct FeedSnapshot: Codable, Sendable {
  /// The stretch of about ten seconds that was over last.
  public struct Window: Codable, Sendable {
    /// How long it was.
    public var seconds: Double
    /// Frames that reached the end of this side, and payload bytes that entered.
    public var rate: RunReport.Rate
    /// ``Stage`` name to distribution, ms; percentiles are within 3.2 %.
    public var stages: [String: StageSummary]
  }

  /// One feed, as a sink sees it.
  public struct Feed: Codable, Sendable {
    /// Its name, or ``FeedTable/others``.
    public var feed: String
    public var received: Int
    public var inferred: Int
    public var rejected: Int
    /// Frames that were too old to be worth the model's time.
    public var dropped: Int
    /// Since its last frame came, ms.
    public var ageMs: Double?
    /// Of the last window, ms; percentiles are within 3.2 %.
    public var endToEnd: StageSummary?
  }

  /// A record that was refused.
  public struct Rejection: Codable, Sendable, Equatable {
    /// ISO 8601, UTC.
    public var time: String
    public var partition: Int32
    public var offset: Int64
    /// Where it is known.
    public var feed: String?
    /// Cut where it is long.
    public var reason: String
  }

  /// The subcommand: `stream`, `sink`, `demo`.
  public var command: String
  /// Since the first frame, s.
  public var seconds: Double
  /// Counts that are known while it runs: what is missing is told by the report.
  public var frames: FrameCounts
  /// Bytes that entered.
  public var bytes: RunReport.Bytes
  /// Frames there will be, where known.
  public var total: Int?
  /// Sink: records of the topic that are not answered yet.
  public var lag: Int?
  /// Since the first frame.
  public var rate: RunReport.Rate
  /// Absent until the first window is over.
  public var window: Window?
  /// ``Stage`` name to percentiles since the start, ms.
  public var stages: [String: StagePercentiles]
  /// Sink: by name, as many as a ``FeedTable`` keeps apart.
  public var feeds: [Feed]?
  /// Sink: the last few, the newest last.
  public var rejections: [Rejection]?
  /// Sink: what is waited for, in words, where nothing has come for a while.
  public var waitingFor: String?

  /// Frames that reached the end of this side: answered by the model, or acknowledged by the broker, or sent, where
  /// nobody acknowledges.
  public var done: Int { frames.inferred ?? frames.acknowledged ?? frames.sent ?? 0 }
}

extension FeedSnapshot {
  /// - Parameters:
  ///   - seconds: since the first frame.
  ///   - rates: of the last window.
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
