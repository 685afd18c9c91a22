public import FrameCodecs
public import FrameCore
public import FrameModels
public import KafkaTransport
public import Logging

/// What to read, which model it is for, and when to stop.
public struct SinkOptions: Sendable {
  public var topic = "frames"
  public var group = "framefeed"
  /// These partitions alone; `nil` shares all of them within the group.
  public var partitions: [Int32]?
  public var start = ReadingStart.committed
  public var model: ModelManifest
  /// Stop when every run that was seen has ended and nothing is left to read.
  public var untilEnd = false
  /// Stop after this many frames.
  public var frames: Int?
  /// Stop when nothing came for so long, s.
  public var idleTimeout: Double?
  public var decoders = 1
  /// How JPEG files are decoded.
  public var exactness = DecodeDemand.Exactness.accurate
  public var orientation = FrameOrientation.Policy.exif
  public var results: ResultDestination?
  public var limits = FrameLimits.standard
  /// How long to wait for what is under way when partitions are taken away, s.
  public var drainTimeout = 30.0
  /// Ask sources how far their clocks are from ours; see ``StreamOptions/sync``.
  public var sync = false
  /// librdkafka's in-process cluster: it describes no topics.
  public var isEmbedded = false
  public var kafka: KafkaSettings
  public var logger: Logger

  public init(model: ModelManifest, kafka: KafkaSettings, logger: Logger) {
    self.model = model
    self.kafka = kafka
    self.logger = logger
  }

  /// Records fetched and waiting for a decoder, at most.
  static let recordQueue = 16
  /// Their bytes, at most; one record always fits. What is fetched beyond waits in librdkafka.
  static let recordQueueBytes = 128 << 20
  /// Batches being filled or read at a time.
  static let batches = 3
}

/// Where the model's answers go.
public enum ResultDestination: Sendable, Equatable {
  /// A file of JSON lines.
  case file(String)
  /// A topic: one JSON record per frame, with the feed as its key.
  case topic(String)
}
