public import FrameCodecs
public import FrameCore
public import FrameModels
import FrameLatency
import FrameTensors
public import KafkaTransport
public import LogLines

/// What to read, for which model, and when to stop.
public struct SinkOptions: Sendable {
  public var topic = "frames"
  public var group = "framefeed"
  public var partitions = PartitionChoice.shared
  /// The sink's static name in its group (Kafka's `group.instance.id`): a sink that was killed and restarted with the
  /// same name gets its partitions back at once.
  public var name: String?
  /// Where a group without committed positions begins; otherwise it continues at those.
  public var start = ReadingStart.committed
  /// Whether to reset the group's positions to ``start``.
  public var rewinds = false
  public var model: ModelManifest
  /// Stop when all records are read and every run seen has ended, or nothing comes for ``idleTimeout``, 10 s by
  /// default.
  public var untilEnd = false
  /// Whether ``untilEnd`` waits for a first run.
  public var awaitsRun = false
  /// Stop after this many frames.
  public var frames: Int?
  /// Stop when nothing comes for this long, s.
  public var idleTimeout: Double?
  /// The number of decoding threads; by default that of the cores.
  public var decoders = HostDescription.processors
  public var policy = Policy.every
  /// Frames that were due longer ago are dropped before decoding, ns; `nil` for no limit.
  public var maximumAge: Int64?
  /// Where rejected records are kept; with `nil` they are only counted and logged.
  public var deadLetters: DeadLetterDestination?
  /// How JPEG files are decoded.
  public var exactness = DecodeDemand.Exactness.accurate
  public var orientation = FrameOrientation.Policy.exif
  /// How image files with lost samples are handled.
  public var damaged = DamagedPictures.refuse
  public var results: ResultDestination?
  public var limits = FrameLimits.standard
  /// How long to finish what is in flight after a stop, or when partitions are revoked, s.
  public var drainTimeout = 30.0
  /// Whether to measure the clock offsets of sources; see ``StreamOptions/sync``.
  public var sync = false
  /// Whether the broker is librdkafka's in-process cluster, which describes no topics.
  public var isEmbedded = false
  public var kafka: KafkaSettings
  public var log: Log

  /// What a sink does when the model is slower than its feeds.
  public enum Policy: String, Sendable, CaseIterable {
    /// Every frame goes to the model; a slow model falls behind.
    case every
    /// When the model is free it gets the newest frame of each feed; older ones are dropped.
    case latest
  }

  public init(model: ModelManifest, kafka: KafkaSettings, log: Log = Log()) {
    self.model = model
    self.kafka = kafka
    self.log = log
  }

  /// The most fetched records that wait for a decoder.
  static let recordQueue = 16
  /// The most bytes of these records; one record always fits. Further records wait in librdkafka.
  static let recordQueueBytes = 128 << 20
  /// The most bytes of the tensors of all batches in use; three batches always fit.
  static let tensorBytes = 1 << 30

  /// Returns the number of batches in use: enough that every decoder has a slot to fill while the model reads.
  func batches(of spec: TensorSpec, inFlight: Int) -> Int {
    let filled = (decoders + 1 + spec.batch - 1) / spec.batch
    let fitting = Self.tensorBytes / (spec.batch * spec.bytesPerFrame)
    return max(3, min(filled + 1 + inFlight, fitting))
  }
}

/// The destination of the model's answers.
public enum ResultDestination: Sendable, Equatable {
  /// A file of JSON lines.
  case file(String)
  /// A topic: one JSON record per frame, with the feed as its key.
  case topic(String)
}

/// The destination of rejected records, which are kept unchanged, with the reason.
public enum DeadLetterDestination: Sendable, Equatable {
  /// A directory: two files a record.
  case directory(String)
  /// A topic: the record with further headers.
  case topic(String)
}
