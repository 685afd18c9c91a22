import KafkaTransport
import LogLines

/// Monitors the state of a sink's topic: reports why nothing comes, which partitions have no leader while others
/// deliver records, and when brokers throttle the sink.
struct TopicWatch {
  /// The cause if nothing came for long.
  enum Finding {
    /// No fault: records are awaited.
    case well
    case wrong(Standstill)
    /// The cause is permanent.
    case over(Standstill)
  }

  private let consumer: any RecordConsumer
  private let log: Log
  private var standstill = StandstillWatch()
  private var next: Int64 = 0
  private var nextInquiry: Int64
  /// Partitions without a leader, as logged.
  private var leaderless: [Int32] = []

  /// The shortest time between two checks, ns.
  private static let interval: Int64 = 200_000_000
  /// The time between inquiries while records come, ns.
  private static let inquiryInterval: Int64 = 5_000_000_000

  /// - Parameter now: monotonic, ns.
  init(_ consumer: any RecordConsumer, _ log: Log, _ now: Int64) {
    self.consumer = consumer
    self.log = log
    nextInquiry = now + Self.inquiryInterval
  }

  /// Checks the topic, at most a few times a second: call it as often as possible.
  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - records: the number of records received so far.
  ///   - isExpecting: whether records are known to exist.
  /// - Returns: `nil` without a result.
  mutating func look(_ now: Int64, records: Int, isExpecting: Bool) -> Finding? {
    guard now >= next else { return nil }
    next = now + Self.interval
    if let message = consumer.throttleMessage() { log.warning("\(message)") }
    switch standstill.look(now, isWaiting: true, moved: records) {
    case .look: consumer.inquire()
    case .resumed(let seconds): log.notice("reading continues, after \(seconds) s")
    case nil: break
    }
    if now >= nextInquiry, !standstill.isOn {
      nextInquiry = now + Self.inquiryInterval
      consumer.inquire()
    }
    guard let topic = consumer.takeTopicState(isExpecting: isExpecting) else { return nil }
    logLeaders(topic)
    guard standstill.isOn else { return nil }
    guard case .wrong(let found) = topic else { return .well }
    let verdict = standstill.found(found, now)
    if let seconds = verdict.tell { log.warning("no record came for \(seconds) s: \(found)") }
    return verdict.isOver ? .over(found) : .wrong(found)
  }

  private mutating func logLeaders(_ topic: FrameConsumer.TopicState) {
    if case .wrong(let found) = topic, case .leaderless(let partitions) = found.cause {
      if !standstill.isOn, leaderless != partitions { log.warning("\(found); the others are read") }
      leaderless = partitions
    } else if !leaderless.isEmpty {
      let names = leaderless.map(String.init).joined(separator: ", ")
      log.notice("partitions \(names) have a leader again")
      leaderless = []
    }
  }
}
