import CRDKafka
import FrameCore
import Synchronization

/// Takes a producer's delivery reports: tells of each record once, or keeps it for the client that comes next.
final class DeliveryBooks: Sendable {
  /// Clients in a row that may fail without one record acknowledged between.
  static let maximumFailures = 3

  private let inFlight: InFlightFrames
  private let topic: String
  private let delivered: @Sendable (Delivery) -> Void
  private let failures = Atomic(0)
  private let renewed = Atomic(0)
  private let gaveUp = Atomic(false)

  init(_ inFlight: InFlightFrames, topic: String, delivered: @escaping @Sendable (Delivery) -> Void) {
    self.inFlight = inFlight
    self.topic = topic
    self.delivered = delivered
  }

  /// How often another client took over.
  var renewals: Int { renewed.load(ordering: .relaxed) }

  /// Whether records that come back are reported as not delivered from now on.
  var hasGivenUp: Bool { gaveUp.load(ordering: .acquiring) }

  func giveUp() { gaveUp.store(true, ordering: .releasing) }

  /// Counts a client that has failed.
  /// - Returns: whether another may be tried.
  func mayRenew() -> Bool {
    guard !hasGivenUp, failures.wrappingAdd(1, ordering: .relaxed).newValue <= Self.maximumFailures else {
      giveUp()
      return false
    }
    renewed.wrappingAdd(1, ordering: .relaxed)
    return true
  }

  /// Takes librdkafka's word on one record.
  /// - Parameter fatal: the client's fatal error, if it has one.
  func take(_ message: UnsafePointer<rd_kafka_message_t>, fatal: KafkaCode) {
    let slot = Int(bitPattern: message.pointee._private) - 1
    let code = KafkaCode(message.pointee.err)
    if code == .none {
      failures.store(0, ordering: .relaxed)
    } else if fatal.isLostPlace, !code.isOfTheRecord, !hasGivenUp {
      inFlight.giveBack(slot)
      return
    }
    end(slot, code)
  }

  /// Tells what became of a record.
  func end(_ slot: Int, _ code: KafkaCode) {
    let answered = FrameClock.now()
    inFlight.end(slot) { frame in
      delivered(
        Delivery(
          sequence: frame.sequence, isEnd: frame.buffer == nil, bytes: frame.bytes, sent: frame.sent,
          answered: answered,
          error: code == .none ? nil : .kafka(action: "sending to \(topic)", code: code, detail: nil)))
    }
  }
}
