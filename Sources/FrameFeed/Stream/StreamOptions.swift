public import FrameCodecs
public import FrameCore
public import KafkaTransport
public import LogLines

/// What to send, how fast, and what to do when sending is slower.
public struct StreamOptions: Sendable {
  /// When frames are due.
  public enum Pace: Sendable {
    /// Frames per second, on an absolute schedule.
    case rate(Double)
    /// The source's own rate or presentation times.
    case source
    /// As fast as they can be sent; each is due when it is read.
    case asFastAsPossible
  }

  public var feed: String
  public var topic = "frames"
  public var codec: Codec
  /// `nil`: the source's own presentation times or rate, else 30 frames per second; from a pipe, as frames arrive.
  public var pace: Pace?
  /// How often the source is read; `nil` for no limit.
  public var loops: Int? = 1
  /// The most frames to read.
  public var frames: Int?
  public var resizing: FrameResizing?
  public var orientation = FrameOrientation.Policy.exif
  /// How image files with lost samples are handled.
  public var damaged = DamagedPictures.refuse
  public var whenFull = QueuePolicy.block
  public var encoders = 1
  /// The settings of a missing topic that is created; with `nil` a missing topic is an error.
  public var createTopic: TopicSettings? = TopicSettings()
  public var limits = FrameLimits.standard
  /// How long a stopped feed may take to send what it captured, and an ended feed to get the last answers, s.
  public var drainTimeout = 30.0
  /// Whether to answer sinks that measure the clock offset, through a topic of its own.
  public var sync = false
  /// Whether the broker is librdkafka's in-process cluster, which describes and creates no topics.
  public var isEmbedded = false
  public var kafka: KafkaSettings
  public var log: Log

  public init(feed: String, codec: Codec, kafka: KafkaSettings, log: Log = Log()) {
    self.feed = feed
    self.codec = codec
    self.kafka = kafka
    self.log = log
  }

  /// The most frames read before they are due.
  static let readAhead = 16
  /// The most frames that wait for an encoder; `whenFull` applies here.
  static let encodeQueue = 8
  /// The most bytes in each of these queues; one frame always fits.
  static let queueBytes = 128 << 20
}
