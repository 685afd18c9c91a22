import CRDKafka
import FrameCore

/// Checks, while a client waits for a broker's answer, whether the wait is useless: because of TLS, the login, or
/// unreachable advertised addresses.
struct ConnectionWatch {
  /// How long to wait for an answer before the advertised addresses are checked, ns.
  private static let timeout: Int64 = 1_500_000_000
  /// How often they are checked, ns.
  private static let interval: Int64 = 5_000_000_000

  private let client: KafkaClient
  private var inquiry: AdvertisedInquiry?
  private var nextInquiry: Int64

  init(_ client: KafkaClient) {
    self.client = client
    nextInquiry = FrameClock.monotonic() + Self.timeout
  }

  /// Returns whether no answer will come; ``KafkaClient/failure(_:_:detail:)`` returns the reason then.
  mutating func isPointless() -> Bool {
    let now = FrameClock.monotonic()
    if client.hasSureTrouble(now) { return true }
    if let answer = inquiry?.outcome {
      inquiry = nil
      nextInquiry = now + Self.interval
      client.noteAdvertised(answer)
      return answer != nil
    }
    let isDue = client.hasLostAdvertised ? now > nextInquiry - Self.timeout : now > nextInquiry
    if inquiry == nil, isDue { inquiry = AdvertisedInquiry(client.settings) }
    return false
  }
}

/// Checks during a long wait whether the brokers can be reached at their advertised addresses.
public struct ReachabilityWatch {
  private static let interval: Int64 = 5_000_000_000

  private let settings: KafkaSettings
  private var inquiry: AdvertisedInquiry?
  private var next: Int64 = 0

  public init(_ settings: KafkaSettings) { self.settings = settings }

  /// Throws if they cannot be reached. Call it repeatedly; never waits.
  public mutating func look() throws(TransportError) {
    let now = FrameClock.monotonic()
    if let answer = inquiry?.outcome {
      (inquiry, next) = (nil, now + Self.interval)
      if let trouble = answer { throw .connection(broker: settings.brokers, trouble: trouble) }
    } else if inquiry == nil, now >= next {
      inquiry = AdvertisedInquiry(settings)
    }
  }
}

extension KafkaClient {
  /// Requests the metadata of one topic, or of all; the caller destroys it. Ends early if waiting is useless, and
  /// retries until the time is over.
  func metadata(
    of topic: OpaquePointer?, milliseconds: Int32
  ) -> (code: KafkaCode, metadata: UnsafePointer<rd_kafka_metadata>?) {
    let deadline = FrameClock.monotonic() + Int64(milliseconds) * 1_000_000
    var watch = ConnectionWatch(self)
    // Short at first, for errors that are known at once; longer for brokers that are slow to answer.
    var step: Int64 = 250
    while true {
      let left = max(1, (deadline - FrameClock.monotonic()) / 1_000_000)
      var metadata: UnsafePointer<rd_kafka_metadata>?
      let code = KafkaCode(
        rd_kafka_metadata(handle, topic == nil ? 1 : 0, topic, &metadata, Int32(min(step, left))))
      if code == .none, let metadata { return (code, metadata) }
      guard code == .timedOut || code == .transport, !watch.isPointless(),
        FrameClock.monotonic() < deadline
      else { return (code == .none ? .timedOut : code, nil) }
      // Without a connection no pending request would be lost by another one.
      if code == .timedOut { step *= 2 }
      rest(milliseconds: 20)
    }
  }
}
