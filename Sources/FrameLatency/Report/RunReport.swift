import FoundationEssentials

/// The report of one run of a command: the JSON of `--report` and the table on the terminal.
///
/// Fields that do not apply are `nil` and absent from the JSON, never zero.
public struct RunReport: Codable, Sendable {
  /// The bytes sent or received.
  public struct Bytes: Codable, Sendable, Equatable {
    /// The size as pixels.
    public var raw: Int?
    /// The size as record values.
    public var payload: Int?

    public init(raw: Int? = nil, payload: Int? = nil) {
      self.raw = raw
      self.payload = payload
    }
  }

  /// Throughput over the whole run.
  public struct Rate: Codable, Sendable, Equatable {
    public var fps: Double
    /// Payload only; a megabyte is 1,000,000 bytes.
    public var megabytesPerSecond: Double

    public init(fps: Double, megabytesPerSecond: Double) {
      self.fps = fps
      self.megabytesPerSecond = megabytesPerSecond
    }
  }

  /// One run of one feed, as counted by a sink.
  public struct FeedReport: Codable, Sendable, Equatable {
    public var feed: String
    public var run: String
    public var frames: FrameCounts
    /// Whether the run's end was received and nothing is missing.
    public var complete: Bool
    /// Why frames were not received, one line for each reason.
    public var reasons: [String]?

    public init(feed: String, run: String, frames: FrameCounts, complete: Bool) {
      self.feed = feed
      self.run = run
      self.frames = frames
      self.complete = complete
    }
  }

  /// The latency of one feed's frames, over all its runs.
  public struct FeedLatency: Codable, Sendable, Equatable {
    /// The feed's name, or ``FeedTable/others``.
    public var feed: String
    /// Frames that the model answered.
    public var inferred: Int
    /// The time from when a frame was due to its answer, ms; percentiles are within 3.2 %. Absent if the clocks could
    /// not be compared, and in merged reports if several have the feed: percentiles cannot be added.
    public var endToEnd: StageSummary?

    public init(feed: String, inferred: Int, endToEnd: StageSummary?) {
      self.feed = feed
      self.inferred = inferred
      self.endToEnd = endToEnd
    }
  }

  /// The name of this schema. Changes when readers must change.
  public static let currentSchema = "framefeed.run/1"

  public var schema = RunReport.currentSchema
  /// The subcommand: `stream`, `sink`, `demo` ...
  public var command: String
  /// ISO 8601, UTC. See ``timestamp(_:)``.
  public var started: String
  public var durationSeconds: Double
  public var host: HostDescription
  /// Library name to version.
  public var versions: [String: String]
  public var broker: String
  /// Effective librdkafka settings that differ from its defaults; secrets as `***`.
  public var settings: [String: String]
  public var feed: String?
  public var codec: String?
  public var frames: FrameCounts
  public var bytes: Bytes
  public var rate: Rate
  /// ``Stage`` name to distribution, ms.
  public var stages: [String: StageSummary]
  public var process: ProcessUsage
  public var feeds: [FeedReport]?
  /// Sink: the latency of each feed, by name.
  public var perFeed: [FeedLatency]?
  /// Sink: records in its partitions that were not answered when it ended.
  public var lag: Int?
  /// Pictures with oddities that were read, by kind.
  public var oddities: [String: Int]?
  /// The other hosts' clocks that stamped frames.
  public var clocks: [ClockReport]?
  /// Notes on the figures.
  public var notes: [String]?

  public init(
    command: String, started: String, durationSeconds: Double, host: HostDescription = .current(),
    versions: [String: String] = [:], broker: String, settings: [String: String] = [:],
    feed: String? = nil, codec: String? = nil, frames: FrameCounts = FrameCounts(),
    bytes: Bytes = Bytes(), rate: Rate, stages: [String: StageSummary] = [:],
    process: ProcessUsage = .current(), feeds: [FeedReport]? = nil, perFeed: [FeedLatency]? = nil,
    lag: Int? = nil, oddities: [String: Int]? = nil, clocks: [ClockReport]? = nil,
    notes: [String]? = nil
  ) {
    self.command = command
    self.started = started
    self.durationSeconds = durationSeconds
    self.host = host
    self.versions = versions
    self.broker = broker
    self.settings = settings
    self.feed = feed
    self.codec = codec
    self.frames = frames
    self.bytes = bytes
    self.rate = rate
    self.stages = stages
    self.process = process
    self.feeds = feeds
    self.perFeed = perFeed
    self.lag = lag
    self.oddities = oddities
    self.clocks = clocks
    self.notes = notes
  }

  /// Returns wall time (ns since the Unix epoch) in the format of ``started``.
  public static func timestamp(_ nanoseconds: Int64) -> String {
    Date(timeIntervalSince1970: Double(nanoseconds) / 1e9).formatted(.iso8601)
  }

  /// Returns the report as JSON: indented, with sorted keys, so that two reports can be compared line by line.
  public func json() -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // An infinite rate must not make the whole report fail.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      preconditionFailure("a run report cannot be written: \(error)")
    }
  }
}

public typealias FeedReport = RunReport.FeedReport

extension Dictionary where Key == Stage {
  /// The values by stage name, for ``RunReport/stages``.
  public var byName: [String: Value] {
    [String: Value](uniqueKeysWithValues: map { ($0.key.rawValue, $0.value) })
  }
}
