import CRDKafka
import FrameCore

/// Looks, while a broker's answer is awaited, for what makes the waiting of no use: TLS and logins that will not come
/// right, and brokers that send clients where they cannot come.
struct ConnectionWatch {
  /// So long without an answer is a reason to look where the brokers say that they are, ns.
  private static let patience: Int64 = 1_500_000_000
  /// How often that is looked for, ns.
  private static let interval: Int64 = 5_000_000_000

  private let client: KafkaClient
  private var inquiry: AdvertisedInquiry?
  private var nextInquiry: Int64

  init(_ client: KafkaClient) {
    self.client = client
    nextInquiry = FrameClock.monotonic() + Self.patience
  }

  /// Whether no answer will come; ``KafkaClient/failure(_:_:detail:)`` says why then.
  mutating func isPointless() -> Bool {
    let now = FrameClock.monotonic()
    if client.hasSureTrouble(now) { return true }
    if let answer = inquiry?.outcome {
      inquiry = nil
      nextInquiry = now + Self.interval
      client.noteAdvertised(answer)
      return answer != nil
    }
    let isDue = client.hasLostAdvertised ? now > nextInquiry - Self.patience : now > nextInquiry
    if inquiry == nil, isDue { inquiry = AdvertisedInquiry(client.settings) }
    return false
  }
}

/// Looks beside what waits for long whether the brokers can be reached where they say that they are.
public struct WayWatch {
  private static let interval: Int64 = 5_000_000_000

  private let settings: KafkaSettings
  private var inquiry: AdvertisedInquiry?
  private var next: Int64 = 0

  public init(_ settings: KafkaSettings) { self.settings = settings }

  /// Call it again and again; never waits.
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
  /// Metadata of one topic, or of all, as the caller's to destroy. Ends early where waiting is of no use, and tries again
  /// while there is time.
  func metadata(
    of topic: OpaquePointer?, milliseconds: Int32
  ) -> (code: KafkaCode, metadata: UnsafePointer<rd_kafka_metadata>?) {
    let deadline = FrameClock.monotonic() + Int64(milliseconds) * 1_000_000
    var watch = ConnectionWatch(self)
    // Short at first, for what is known at once; longer for brokers that are slow to answer.
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
      // Without a connection nothing is under way that another question would lose.
      if code == .timedOut { step *= 2 }
      rest(milliseconds: 20)
    }
  }
}
