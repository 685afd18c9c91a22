public import FrameCodecs
public import FrameCore
public import KafkaTransport
public import LogLines

/// What to send, how fast, and what to do when it cannot go out as fast.
public struct StreamOptions: Sendable {
  /// When frames are due.
  public enum Pace: Sendable {
    /// Frames a second, against an absolute schedule.
    case rate(Double)
    /// As the source itself says.
    case source
    /// As fast as they go out; each is due when it is there.
    case asFastAsPossible
  }

  public var feed: String
  public var topic = "frames"
  public var codec: Codec
  /// `nil`: at the source's own rate; from a pipe as they come; else 30 a second.
  public var pace: Pace?
  /// How often the source is read; `nil` for ever.
  public var loops: Int? = 1
  /// Most frames to read.
  public var frames: Int?
  public var resizing: FrameResizing?
  public var orientation = FrameOrientation.Policy.exif
  /// What becomes of image files of which samples are lost.
  public var damaged = DamagedPictures.refuse
  public var whenFull = QueuePolicy.block
  public var encoders = 1
  /// What a missing topic is created with; `nil` makes it an error.
  public var createTopic: TopicSettings? = TopicSettings()
  public var limits = FrameLimits.standard
  /// How long to wait for the broker's last answers, s.
  public var drainTimeout = 30.0
  /// Answer sinks that ask how far our clock is from theirs, through a topic of its own.
  public var sync = false
  /// librdkafka's in-process cluster: it describes and creates no topics.
  public var isEmbedded = false
  public var kafka: KafkaSettings
  public var log: Log

  public init(feed: String, codec: Codec, kafka: KafkaSettings, log: Log = Log()) {
    self.feed = feed
    self.codec = codec
    self.kafka = kafka
    self.log = log
  }

  /// Frames read before they are due, at most.
  static let readAhead = 16
  /// Frames waiting for an encoder, at most. What `whenFull` acts on.
  static let encodeQueue = 8
  /// Bytes in each of these queues, at most; one frame always fits.
  static let queueBytes = 128 << 20
}
