/// How many records a client may have without an answer. A value; time is passed in.
///
/// An idempotent client of librdkafka has at most five records of a partition on their way, and spins at up to a whole
/// core while more of them wait and no answers come (2.0.2 to 2.15.1: a broker that throttles, or too few replicas in
/// sync). So it gets no more than that, and the rest waits before it, where a feed's policy for full queues reaches it.
///
/// Two kinds of feeds need more, as answers that come go with many records at once then: small records at full speed,
/// and a way that takes long. They get it as long as answers come: the window grows with each answer that was waited
/// for, and is the least again when the answers end.
struct SendWindow: Sendable, Equatable {
  /// Most records that an idempotent client has on their way: librdkafka's `RD_KAFKA_IDEMP_MAX_INFLIGHT`.
  static let ofIdempotence = 5
  /// Bytes that may be under way whatever their number: five JPEG frames of 720p.
  private static let bytes = 512 << 10
  /// A way that takes so long lets too little through with the least window, ns.
  private static let longWay: Int64 = 50_000_000
  /// So long no answer is trouble, ns.
  private static let silence: Int64 = 500_000_000
  /// So long the window stays small after trouble, ns.
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
    if now - since > max(Self.silence, 2 * (way ?? 0)) { hasTrouble(now) }
  }

  /// The broker holds this client back.
  mutating func hasTrouble(_ now: Int64) {
    limit = least
    growsFrom = now + Self.caution
  }
}
