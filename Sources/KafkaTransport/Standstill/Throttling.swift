/// How a broker throttles a client above its quota, according to its responses. A value; time is passed in.
struct Throttling: Sendable, Equatable {
  /// The broker that throttled last, by librdkafka's name.
  private(set) var broker = ""
  /// The throttle time in its last response, ms.
  private(set) var milliseconds = 0
  /// When that response arrived, monotonic ns.
  private(set) var last: Int64?
  /// When the present throttling began, monotonic ns.
  private(set) var since: Int64?

  /// The time without a throttled response after which throttling has ended, ns.
  static let end: Int64 = 10_000_000_000

  /// Stores the throttle time of a response.
  mutating func note(_ broker: String, milliseconds: Int, _ now: Int64) {
    guard milliseconds > 0 else { return }
    if !isOn(now) { since = now }
    (self.broker, self.milliseconds, last) = (broker, milliseconds, now)
  }

  static func message(_ broker: String, _ milliseconds: Int) -> String {
    "broker \(broker) throttles this client, by \(milliseconds) ms the last time: it is above the quota of its user or "
      + "client.id (kafka-configs.sh --describe --entity-type users, or clients)"
  }

  /// Returns whether the client is throttled now, or was within ``end``.
  func isOn(_ now: Int64) -> Bool {
    last.map { now - $0 < Self.end + Int64(milliseconds) * 1_000_000 } ?? false
  }
}

/// Decides what to report: that throttling begins to matter, lasts, or has ended.
struct ThrottleWatch: Sendable {
  /// Shorter throttle times are not reported, ms.
  static let least = 100

  private var toldAt: Int64?

  /// - Returns: a message such as "broker 1 (kafka1:9092) throttles this client, by 800 ms the last time: ...", or
  ///   `nil`.
  mutating func look(_ throttling: Throttling, _ now: Int64) -> String? {
    guard throttling.isOn(now) else {
      defer { toldAt = nil }
      return toldAt == nil ? nil : "no broker throttles this client any more"
    }
    guard throttling.milliseconds >= Self.least,
      toldAt.map({ now - $0 >= StandstillWatch.repetition }) ?? true
    else { return nil }
    toldAt = now
    return Throttling.message(throttling.broker, throttling.milliseconds)
  }
}
