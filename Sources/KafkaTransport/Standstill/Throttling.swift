/// How a broker holds a client back that is above its quota, as its answers tell. A value; time is passed in.
struct Throttling: Sendable, Equatable {
  /// The broker that said so last, by librdkafka's name.
  private(set) var broker = ""
  /// What its last answer said, ms.
  private(set) var milliseconds = 0
  /// When, monotonic ns.
  private(set) var last: Int64?
  /// Since when there was no long time without, monotonic ns.
  private(set) var since: Int64?

  /// So long without is the end of it, ns.
  static let end: Int64 = 10_000_000_000

  /// An answer's word on how long the next request will wait.
  mutating func told(_ broker: String, milliseconds: Int, _ now: Int64) {
    guard milliseconds > 0 else { return }
    if !isOn(now) { since = now }
    (self.broker, self.milliseconds, last) = (broker, milliseconds, now)
  }

  static func words(_ broker: String, _ milliseconds: Int) -> String {
    "broker \(broker) throttles this client, by \(milliseconds) ms the last time: it is above the quota of its user or "
      + "client.id (kafka-configs.sh --describe --entity-type users, or clients)"
  }

  /// Whether the client is held back now, or was within ``end``.
  func isOn(_ now: Int64) -> Bool {
    last.map { now - $0 < Self.end + Int64(milliseconds) * 1_000_000 } ?? false
  }
}

/// Which of that is to be told: that it begins to hurt, that it goes on, and that it is over.
struct ThrottleWatch: Sendable {
  /// Waits below that are no news, ms.
  static let least = 100

  private var toldAt: Int64?

  /// - Returns: a sentence's end, as "orders this client to wait 800 ms", or `nil`.
  mutating func look(_ throttling: Throttling, _ now: Int64) -> String? {
    guard throttling.isOn(now) else {
      defer { toldAt = nil }
      return toldAt == nil ? nil : "no broker holds this client back any more"
    }
    guard throttling.milliseconds >= Self.least,
      toldAt.map({ now - $0 >= StandstillWatch.repetition }) ?? true
    else { return nil }
    toldAt = now
    return Throttling.words(throttling.broker, throttling.milliseconds)
  }
}
