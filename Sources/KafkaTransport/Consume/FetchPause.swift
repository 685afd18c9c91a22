/// Decides when to wake a client that has stopped fetching because its queue is full. A value without locks, threads or
/// Kafka; ``FrameConsumer`` owns it.
///
/// A client fetches nothing while `queued.max.messages.kbytes` are queued. librdkafka before 2.2 checks for room only
/// when something else wakes the broker's thread, after a second at the latest (`rd_kafka_broker_consumer_serve`,
/// `rd_kafka_toppar_fetch_decide`): a reader that needs less than that for 64 MiB waits for the rest of it. Newer
/// versions check every `fetch.queue.backoff.ms`.
///
/// librdkafka does not return the number of queued bytes, only of records, so the bytes are estimated from a mean. If
/// the estimate is wrong, a client is woken that fetches anyway, which costs a small request; or it is not woken, as
/// before.
struct FetchPause: Sendable, Hashable {
  /// How to wake the client.
  enum Wake: Equatable {
    /// With one question about all partitions.
    case together
    /// With a question for each: a partition without a leader prevents a common question.
    case oneByOne
  }

  /// How often the queue is checked, ns.
  static let interval: Int64 = 2_000_000
  /// How long a client that was woken has to fetch something before it is woken again, ns; doubled each time up to the
  /// second value.
  static let backoff: Int64 = 10_000_000
  static let longestBackoff: Int64 = 1_000_000_000

  /// The queued bytes and records from which a client fetches nothing.
  private let bytes: Int
  private let records: Int
  private var next = Int64.min
  /// The approximate mean size of a record, bytes.
  private var mean = 0
  /// The number of queued records at the last check.
  private var queued = 0
  /// The number of queued records when it last grew.
  private var peak = 0
  /// When the client may be woken next, and the wait after that.
  private var mayWake = Int64.min
  private var backoff = Self.backoff

  /// - Parameters:
  ///   - bytes: `queued.max.messages.kbytes`, in bytes.
  ///   - records: `queued.min.messages`.
  init(bytes: Int, records: Int) {
    self.bytes = bytes
    self.records = records
  }

  /// Returns whether the next check is due.
  mutating func isDue(_ now: Int64) -> Bool {
    guard now >= next else { return false }
    next = now + Self.interval
    return true
  }

  /// Updates the estimate for a record that was read.
  /// - Parameters:
  ///   - queued: the records that were fetched and not read.
  ///   - size: the size of the record, bytes.
  ///   - now: monotonic, ns.
  /// - Returns: how to wake the client; `nil` for not at all.
  mutating func look(queued: Int, size: Int, _ now: Int64) -> Wake? {
    mean = mean == 0 ? size : mean + (size - mean) / 8
    defer { self.queued = queued }
    if queued > self.queued || queued == 0 {
      // It fetches.
      peak = queued
      backoff = Self.backoff
      return nil
    }
    guard wasFull, queued <= peak / 2, now >= mayWake else { return nil }
    defer { backoff = min(backoff * 2, Self.longestBackoff) }
    mayWake = now + backoff
    return backoff == Self.backoff ? .together : .oneByOne
  }

  /// Whether the queue was so full that the client may have stopped.
  private var wasFull: Bool { peak * mean >= bytes / 2 || peak >= records / 2 }
}
