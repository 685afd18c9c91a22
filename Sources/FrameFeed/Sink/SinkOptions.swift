public import FrameCodecs
public import FrameCore
public import FrameModels
import FrameLatency
import FrameTensors
public import KafkaTransport
public import LogLines

/// What to read, which model it is for, and when to stop.
public struct SinkOptions: Sendable {
  public var topic = "frames"
  public var group = "framefeed"
  public var partitions = PartitionChoice.shared
  /// The sink's own name in its group, the same at each start: then one that was killed and is started again takes its
  /// own place at once (Kafka's `group.instance.id`).
  public var name: String?
  /// Where a group without positions begins; later it goes on where it was.
  public var start = ReadingStart.committed
  /// Whether the group's positions are set to ``start`` though it has some.
  public var rewinds = false
  public var model: ModelManifest
  /// Stop when nothing is left to read and every run that was seen has ended, or nothing new comes for
  /// ``idleTimeout``, 10 s unless set.
  public var untilEnd = false
  /// Whether ``untilEnd`` waits for a run to begin.
  public var awaitsRun = false
  /// Stop after this many frames.
  public var frames: Int?
  /// Stop when nothing came for so long, s.
  public var idleTimeout: Double?
  /// Threads that decode; the cores that there are, unless set.
  public var decoders = HostDescription.processors
  public var policy = Policy.every
  /// Frames that were due longer ago are dropped before they are decoded, ns; `nil` takes any.
  public var maximumAge: Int64?
  /// Where rejected records are kept; `nil` only counts and names them.
  public var deadLetters: DeadLetterDestination?
  /// How JPEG files are decoded.
  public var exactness = DecodeDemand.Exactness.accurate
  public var orientation = FrameOrientation.Policy.exif
  /// What becomes of image files of which samples are lost.
  public var damaged = DamagedPictures.refuse
  public var results: ResultDestination?
  public var limits = FrameLimits.standard
  /// How long to wait for what is under way after a stop, or when partitions are taken away, s.
  public var drainTimeout = 30.0
  /// Ask sources how far their clocks are from ours; see ``StreamOptions/sync``.
  public var sync = false
  /// librdkafka's in-process cluster: it describes no topics.
  public var isEmbedded = false
  public var kafka: KafkaSettings
  public var log: Log

  /// What a sink does that is slower than its feeds.
  public enum Policy: String, Sendable, CaseIterable {
    /// Every frame goes to the model; a slow one falls behind.
    case every
    /// The newest frame of each feed goes to the model when it is free, the ones between are dropped.
    case latest
  }

  public init(model: ModelManifest, kafka: KafkaSettings, log: Log = Log()) {
    self.model = model
    self.kafka = kafka
    self.log = log
  }

  /// Records fetched and waiting for a decoder, at most.
  static let recordQueue = 16
  /// Their bytes, at most; one record always fits. What is fetched beyond waits in librdkafka.
  static let recordQueueBytes = 128 << 20
  /// Tensors of all batches that are filled or read at a time, at most, bytes; but three batches always fit.
  static let tensorBytes = 1 << 30

  /// Batches that are filled or read at a time: enough that every decoder has a slot to fill while the model reads.
  func batches(of spec: TensorSpec, inFlight: Int) -> Int {
    let filled = (decoders + 1 + spec.batch - 1) / spec.batch
    let fitting = Self.tensorBytes / (spec.batch * spec.bytesPerFrame)
    return max(3, min(filled + 1 + inFlight, fitting))
  }
}

/// Where the model's answers go.
public enum ResultDestination: Sendable, Equatable {
  /// A file of JSON lines.
  case file(String)
  /// A topic: one JSON record per frame, with the feed as its key.
  case topic(String)
}

/// Where rejected records go, unchanged, with the reason.
public enum DeadLetterDestination: Sendable, Equatable {
  /// A directory: two files a record.
  case directory(String)
  /// A topic: the record with further headers.
  case topic(String)
}
