/// The number of records that a client may have without an answer. A value; time is passed in.
///
/// A client of librdkafka spins at up to a whole core while it holds records that it may not send and no answers come
/// (2.0.2 to 2.15.1: a broker that throttles, or too few replicas in sync). So an idempotent client gets no more
/// records than it can put into requests. The others wait in the feed's queue, where its policy for full queues
/// applies.
///
/// Two kinds of feeds need more: small records at full speed, and connections with a long round trip; there one request
/// carries many records. They get more while answers come: the window grows with each answer that was waited for, and
/// falls back to the least when answers stop.
struct SendWindow: Sendable, Equatable {
  /// The most requests that an idempotent client has in flight: librdkafka's `RD_KAFKA_IDEMP_MAX_INFLIGHT`.
  static let ofIdempotence = 5
  /// The bytes that may be under way whatever their number of records: five JPEG frames of 720p.
  private static let bytes = 512 << 10
  /// The round trip from which the least window limits the throughput too much, ns.
  private static let longRoundTrip: Int64 = 50_000_000
  /// The time without an answer after which the window is set to the least, ns.
  private static let silence: Int64 = 500_000_000
  /// How long the window does not grow after a broker throttled, ns.
  private static let caution: Int64 = 5_000_000_000

  private let least: Int
  private let most: Int
  /// The number of records that may be under way now.
  private(set) var limit: Int
  /// The average size of a record, bytes.
  private var size = 0
  /// The shortest recent time from sending to answer, ns.
  private var roundTrip: Int64?
  private var growsFrom = Int64.min
  /// The number acknowledged at the last ``look(_:inFlight:acknowledged:)``, and when it changed.
  private var acknowledged = 0
  private var since: Int64?

  init(least: Int, most: Int) {
    self.least = min(least, most)
    self.most = most
    limit = self.least
  }

  /// Updates the window for an acknowledged record.
  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - took: the time since the record was added, ns.
  ///   - isFull: whether the window was full, so that the next record waited for this answer.
  mutating func acknowledged(_ bytes: Int, _ now: Int64, took: Int64, isFull: Bool) {
    size = size == 0 ? bytes : size + (bytes - size) / 8
    roundTrip = roundTrip.map { min(took, $0 + $0 / 16 + 1) } ?? took
    guard now >= growsFrom, isFull else { return }
    let roof = roof
    if limit < roof { limit += 1 } else if limit > roof { limit -= 1 }
  }

  private var roof: Int {
    if let roundTrip, roundTrip >= Self.longRoundTrip { return most }
    return min(most, max(least, Self.bytes / max(size, 1)))
  }

  /// Checks for missing answers. Call it a few times a second.
  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - inFlight: records without an answer.
  ///   - acknowledged: records ever acknowledged.
  mutating func look(_ now: Int64, inFlight: Int, acknowledged: Int) {
    if acknowledged != self.acknowledged || inFlight == 0 { since = now }
    self.acknowledged = acknowledged
    guard let since else { return self.since = now }
    // A long round trip alone is normal.
    if now - since > max(Self.silence, 2 * (roundTrip ?? 0)) { limit = least }
  }

  /// Sets the window to the least because the broker throttles this client: answers come, and each is delayed. (After a
  /// time without any answers, the records that waited in the feed are sent as fast as the first answers allow.)
  mutating func noteThrottled(_ now: Int64) {
    limit = least
    growsFrom = now + Self.caution
  }
}
