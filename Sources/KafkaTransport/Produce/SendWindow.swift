/// How many records a client may have without an answer. A value; time is passed in.
///
/// A client of librdkafka spins at up to a whole core while records wait in it that it may not send, and no answers come
/// (2.0.2 to 2.15.1: a broker that throttles, or too few replicas in sync). So an idempotent one gets no more than it can
/// make requests of, and the rest waits before it, where a feed's policy for full queues reaches it.
///
/// Two kinds of feeds need more: small records at full speed, and a way that takes long; many of their records go with
/// one request then. They get it as long as answers come: the window grows with each answer that was waited for, and is
/// the least again when the answers end.
struct SendWindow: Sendable, Equatable {
  /// Most requests that an idempotent client has on their way: librdkafka's `RD_KAFKA_IDEMP_MAX_INFLIGHT`.
  static let ofIdempotence = 5
  /// Bytes that may be under way whatever their number: five JPEG frames of 720p.
  private static let bytes = 512 << 10
  /// A way that takes so long lets too little through with the least window, ns.
  private static let longWay: Int64 = 50_000_000
  /// So long no answer, and the window is small, ns.
  private static let silence: Int64 = 500_000_000
  /// So long the window stays small after a broker throttled, ns.
  private static let caution: Int64 = 5_000_000_000

  private let least: Int
  private let most: Int
  /// Records that may be under way now.
  private(set) var limit: Int
  /// Of a record, on average, bytes.
  private var size = 0
  /// How long an answer takes when nothing holds it up, ns.
  private var way: Int64?
  private var growsFrom = Int64.min
  /// What was acknowledged at the last look, and when that changed.
  private var acknowledged = 0
  private var since: Int64?

  init(least: Int, most: Int) {
    self.least = min(least, most)
    self.most = most
    limit = self.least
  }

  /// A record was acknowledged.
  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - took: from when it was handed over, ns.
  ///   - isFull: whether the next one waited for it.
  mutating func acknowledged(_ bytes: Int, _ now: Int64, took: Int64, isFull: Bool) {
    size = size == 0 ? bytes : size + (bytes - size) / 8
    way = way.map { min(took, $0 + $0 / 16 + 1) } ?? took
    guard now >= growsFrom, isFull else { return }
    let roof = roof
    if limit < roof { limit += 1 } else if limit > roof { limit -= 1 }
  }

  private var roof: Int {
    if let way, way >= Self.longWay { return most }
    return min(most, max(least, Self.bytes / max(size, 1)))
  }

  /// Looks for answers that do not come. Call it a few times a second.
  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - underWay: records without an answer.
  ///   - acknowledged: records acknowledged ever.
  mutating func look(_ now: Int64, underWay: Int, acknowledged: Int) {
    if acknowledged != self.acknowledged || underWay == 0 { since = now }
    self.acknowledged = acknowledged
    guard let since else { return self.since = now }
    // A long way's own time is no trouble.
    if now - since > max(Self.silence, 2 * (way ?? 0)) { limit = least }
  }

  /// The broker throttles this client: answers come, and each is held back. (Where none came, what waited in the feed
  /// meanwhile is to go out as fast as the first answers allow.)
  mutating func isThrottled(_ now: Int64) {
    limit = least
    growsFrom = now + Self.caution
  }
}
