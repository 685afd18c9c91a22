/// Watches the records under way: finds out why none is acknowledged, and when brokers throttle the client.
struct DeliveryWatch {
  private let action: GuardedAction
  private let inquiry: StandstillInquiry
  private var standstill: StandstillWatch
  private var throttle = ThrottleWatch()

  /// - Parameters:
  ///   - timeout: the time without an answer that is normal, ns.
  ///   - client: returns the client in use.
  init(
    _ settings: KafkaSettings, topic: String, timeout: Int64, client: @escaping @Sendable () -> KafkaClient
  ) {
    action = .sendingToTopic(topic)
    inquiry = StandstillInquiry(settings, topic: topic, .sending, for: client)
    standstill = StandstillWatch(timeout: timeout)
  }

  /// When brokers first reported the topic as missing, monotonic ns; `nil` when they do not.
  var missingSince: Int64? { standstill.since(key: Standstill.keyOfMissing) }

  /// The lines to log, and the condition that ends sending.
  struct Finding {
    var lines: [String] = []
    var over: Standstill?
  }

  /// Checks the progress. Call it a few times a second.
  /// - Parameters:
  ///   - now: monotonic, ns.
  ///   - inFlight: records without an answer.
  ///   - acknowledged: records ever acknowledged.
  ///   - explain: what the brokers' answer means for the client.
  mutating func look(
    _ now: Int64, inFlight: Int, acknowledged: Int, _ throttling: Throttling,
    _ explain: (StandstillInquiry.Answer) -> Standstill
  ) -> Finding {
    var finding = Finding()
    switch standstill.look(now, isWaiting: inFlight > 0, moved: acknowledged) {
    case .look: inquiry.begin()
    case .resumed(let seconds):
      finding.lines.append("\(action) continues, after \(seconds) s without an acknowledgement")
    case nil: break
    }
    if let answer = inquiry.take(), standstill.isOn {
      let cause = explain(answer)
      let verdict = standstill.found(cause, now)
      if let seconds = verdict.tell {
        finding.lines.append(
          "\(action): \(inFlight) records wait, and none was acknowledged for \(seconds) s: \(cause). "
            + (cause.timeout.map { "They fail after \($0 / 1_000_000_000) s of this" }
              ?? "They are sent once this is repaired, and fail after message.timeout.ms"))
      }
      if verdict.isOver { finding.over = cause }
    }
    if let word = throttle.look(throttling, now) { finding.lines.append("\(action): \(word)") }
    return finding
  }
}
