/// The four timestamps of a frame in its record, ns since the Unix epoch, on the clock of the source's host.
public struct SourceStamps: Sendable, Equatable {
  /// When the frame was due by the feed's clock.
  public var scheduled: Int64
  /// When the source had the frame's bytes.
  public var captured: Int64
  /// When encoding ended.
  public var encoded: Int64
  /// When the frame was passed to the Kafka client.
  public var sent: Int64

  public init(scheduled: Int64, captured: Int64, encoded: Int64, sent: Int64) {
    self.scheduled = scheduled
    self.captured = captured
    self.encoded = encoded
    self.sent = sent
  }
}

/// Which frame of which run of which feed a record holds.
public struct FrameIdentity: Sendable, Equatable {
  /// The feed, `drone-1`: the record's key.
  public var feed: String
  /// One run of one source, unique (a UUID). Empty for a record that FrameFeed did not write.
  public var run: String
  /// 0, 1, 2 ... within the run. `nil` for a record that FrameFeed did not write.
  public var sequence: Int?

  public init(feed: String, run: String, sequence: Int?) {
    self.feed = feed
    self.run = run
    self.sequence = sequence
  }
}
