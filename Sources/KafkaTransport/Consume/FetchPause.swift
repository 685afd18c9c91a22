/// When a client that has stopped fetching, as its queue is full, is to be woken. A value without locks, threads or
/// Kafka; ``FrameConsumer`` owns it.
///
/// A client fetches nothing while `queued.max.messages.kbytes` are queued. librdkafka before 2.2 looks whether there
/// is room again only when something else wakes the thread of the broker, after a second at the latest
/// (`rd_kafka_broker_consumer_serve`, `rd_kafka_toppar_fetch_decide`): who reads 64 MiB in less finds nothing for the
/// rest of it. Newer ones look every `fetch.queue.backoff.ms`.
///
/// How many bytes are queued is not told, only how many records, so it goes by a mean. Where that is wrong a client is
/// woken that fetches anyway, which costs a small request; or it is not woken, and is as it was.
struct FetchPause: Sendable, Hashable {
  /// How to wake it.
  enum Wake: Equatable {
    /// By one question about all partitions.
    case together
    /// By a question for each: one without a leader keeps the others' question from being asked.
    case oneByOne
  }

  /// How often it looks at the queue, ns.
  static let interval: Int64 = 2_000_000
  /// How long a client that was woken has to fetch something before it is woken again, ns; doubled each time.
  static let patience: Int64 = 10_000_000
  static let mostPatience: Int64 = 1_000_000_000

  /// With so much queued a client fetches nothing.
  private let bytes: Int
  private let records: Int
  private var next = Int64.min
  /// Bytes of a record, about.
  private var mean = 0
  /// Queued when it looked last.
  private var queued = 0
  /// Queued when it was last seen to grow.
  private var peak = 0
  /// When it may be woken, and how long that is to help.
  private var mayWake = Int64.min
  private var patience = Self.patience

  /// - Parameters:
  ///   - bytes: `queued.max.messages.kbytes`, in bytes.
  ///   - records: `queued.min.messages`.
  init(bytes: Int, records: Int) {
    self.bytes = bytes
    self.records = records
  }

  /// Whether it is time to look.
  mutating func isDue(_ now: Int64) -> Bool {
    guard now >= next else { return false }
    next = now + Self.interval
    return true
  }

  /// A record was read.
  /// - Parameters:
  ///   - queued: records that were fetched and not read.
  ///   - size: of the record, bytes.
  ///   - now: monotonic, ns.
  /// - Returns: how to wake the client; `nil` for not at all.
  mutating func look(queued: Int, size: Int, _ now: Int64) -> Wake? {
    mean = mean == 0 ? size : mean + (size - mean) / 8
    defer { self.queued = queued }
    if queued > self.queued || queued == 0 {
      // It fetches.
      peak = queued
      patience = Self.patience
      return nil
    }
    guard wasFull, queued <= peak / 2, now >= mayWake else { return nil }
    defer { patience = min(patience * 2, Self.mostPatience) }
    mayWake = now + patience
    return patience == Self.patience ? .together : .oneByOne
  }

  /// Whether so much was queued that the client may have stopped.
  private var wasFull: Bool { peak * mean >= bytes / 2 || peak >= records / 2 }
}
