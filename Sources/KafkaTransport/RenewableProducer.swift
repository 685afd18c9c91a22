import CRDKafka
import FrameCore

/// Hands records to a client, and to another when that one has come to an end.
///
/// An idempotent producer ends when the broker no longer knows where it was (a broker that lost its state, a
/// leader that was behind). What had no answer then goes out again, in order, from a new client: at least once,
/// and a sink counts what came twice.
final class RenewableProducer: Sendable {
  let inFlight: InFlightFrames
  let books: DeliveryBooks
  private let settings: KafkaSettings
  private let options: FrameProducer.Options
  private let events: ClientEvents
  /// Replaced by ``serve(until:)`` only. Held while a record is handed over, so that no new one comes between
  /// those that go out again.
  private let connection: Lock<ProducerConnection>

  init(
    _ settings: KafkaSettings, _ options: FrameProducer.Options, log: KafkaLog?,
    delivered: @escaping @Sendable (Delivery) -> Void
  ) throws(TransportError) {
    let inFlight = InFlightFrames(records: options.inFlightRecords, bytes: options.inFlightBytes)
    let books = DeliveryBooks(inFlight, topic: options.topic, delivered: delivered)
    events = ClientEvents(log: log, delivered: { message, fatal in books.take(message, fatal: fatal) })
    connection = Lock(try ProducerConnection(settings, options, events: events))
    self.inFlight = inFlight
    self.books = books
    self.settings = settings
    self.options = options
  }

  /// The client in use.
  var current: ProducerConnection { connection.withLock { $0 } }

  /// Serves delivery reports until the stop, and replaces a client that can go on no more.
  func serve(until stopping: StopSignal) {
    var current = current
    while !stopping.isRequested {
      current.client.poll(milliseconds: 100)
      let fatal = current.client.fatalCode
      guard fatal != .none else { continue }
      // Each record must have come back first: the order is only known then.
      if fatal.isLostPlace, !books.hasGivenUp, !inFlight.allAreGivenBack { continue }
      current = renew(after: current, fatal)
    }
  }

  private func renew(after failed: ProducerConnection, _ fatal: KafkaCode) -> ProducerConnection {
    var next: ProducerConnection?
    if fatal.isLostPlace, books.mayRenew() {
      next = try? ProducerConnection(settings, options, events: events)
      // Without it the first record may wait a second; sending says what is wrong if it fails.
      try? next?.topic.connect(milliseconds: 5000)
      if next == nil { books.giveUp() }
    }
    return connection.withLock { current in
      let records = inFlight.takeGivenBack()
      guard let next, !books.hasGivenUp else {
        for record in records { books.end(record.slot, fatal) }
        return failed
      }
      current = next
      for record in records { sendAgain(record, next) }
      return next
    }
  }

  /// Gives up what is under way: each such record is reported as not delivered.
  func abandon() {
    books.giveUp()
    connection.withLock {
      _ = rd_kafka_purge($0.client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT)
    }
  }

  private func sendAgain(_ record: OutgoingRecord, _ connection: ProducerConnection) {
    let code = connection.enqueue(record, options) {
      // Nobody else serves this client yet.
      connection.client.poll(milliseconds: 10)
      return !books.hasGivenUp
    }
    guard code != .none else { return }
    if connection.client.fatalCode.isLostPlace {
      inFlight.giveBack(record.slot)
    } else {
      books.end(record.slot, code)
    }
  }

  /// Hands over one record; waits while the client's own queue is full.
  func send(_ record: OutgoingRecord) throws(TransportError) {
    let failure: TransportError? = connection.withLock { connection in
      let code = connection.enqueue(record, options) {
        _ = inFlight.wait(until: FrameClock.monotonic() + 1_000_000)
        return !inFlight.isClosed
      }
      guard code != .none else { return nil }
      if connection.client.fatalCode.isLostPlace, !books.hasGivenUp {
        inFlight.giveBack(record.slot)
        return nil
      }
      return connection.client.fatalError ?? connection.client.failure("sending to \(options.topic)", code)
    }
    guard let failure else { return }
    inFlight.end(record.slot) { _ in }
    throw failure
  }
}
