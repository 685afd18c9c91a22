import CRDKafka
import FrameCore

/// Hands records to a client, and to another when that one has come to an end.
///
/// An idempotent producer ends when the broker no longer knows where it was (a broker that lost its state, a
/// leader that was behind). What had no answer then goes out again, in order, from a new client: at least once,
/// and a sink counts what came twice. The same is done when the brokers' metadata lacks the topic for a while.
///
/// ``RecordSending`` decides; this does what it says. One thread serves the client and tells what became of records;
/// whoever sends hands them over itself. No call of librdkafka is made under a lock.
final class RenewableSender: Sendable {
  struct Options: Sendable {
    var topic: String
    /// Largest record the topic takes, bytes.
    var largestRecord: Int
    /// Most records and payload bytes under way at a time.
    var inFlightRecords: Int
    var inFlightBytes: Int
    /// Payload bytes that librdkafka's own queue must have room for.
    var queueBytes: Int
    /// Where all records go; `nil` leaves each to librdkafka.
    var partition: RunPartition?
    /// How long a topic that the brokers' metadata lacks may be away, ms. One that exists gets no time at all in
    /// librdkafka below 2.10: one broker that has missed something ends it.
    var topicPatience: Int32 = 30_000
    /// So long no answer is told, ns.
    var answerPatience = StandstillWatch.patience

    /// As messages name what is done.
    var action: GuardedAction { .sendingToTopic(topic) }
  }

  private let records: RecordsInFlight
  private let settings: KafkaSettings
  private let options: Options
  private let events: ClientEvents
  private let log: KafkaLog?
  /// Replaced by the serving thread only, while no record is with a client.
  private let connection: Lock<ProducerConnection>

  /// How often to look for what lasts, ns.
  private static let attendance: Int64 = 200_000_000

  init(
    _ settings: KafkaSettings, _ options: Options, log: KafkaLog?, teller: @escaping RecordsInFlight.Teller
  ) throws(TransportError) {
    let atFirst = try ProducerConnection.onTheirWay(settings, options) ?? options.inFlightRecords
    let records = RecordsInFlight(
      records: options.inFlightRecords, bytes: options.inFlightBytes, atFirst: atFirst, teller: teller)
    let (action, login) = (options.action, Login(settings))
    events = ClientEvents(
      log: log,
      delivered: { message, fatal in
        let code = KafkaCode(message.pointee.err)
        let error: TransportError? =
          code == .none
          ? nil
          : Denial(action, code, login: login, servers: settings.brokers).map { .denied($0) }
            ?? .undelivered("\(action)", code)
        // The next record is denied too.
        if code.isDenied { records.giveUp(error) }
        records.answered(
          ProducerConnection.slot(message), ProducerConnection.outcome(code, fatal: fatal), error)
      })
    connection = Lock(try ProducerConnection(settings, options, events: events))
    self.records = records
    self.settings = settings
    self.options = options
    self.log = log
  }

  /// The client in use.
  var current: ProducerConnection { connection.withLock { $0 } }

  // MARK: sending

  /// Waits while too much is under way for a record of so many bytes: then it can be stamped as sent.
  func awaitRoom(for bytes: Int, deadline: Int64 = .max) { records.awaitRoom(for: bytes, deadline) }

  /// Hands over one record; waits while too much is under way, or the client's own queue is full.
  /// - Parameters:
  ///   - memory: of the record's bytes.
  ///   - deadline: monotonic, ns.
  /// - Throws: what refuses it at once. Later trouble is told.
  func send(
    _ record: OutgoingRecord, _ memory: consuming FrameBuffer?, deadline: Int64 = .max
  ) throws(TransportError) {
    let slot = try records.add(record, memory, deadline: deadline)
    // The client stays the same as long as the record is with it.
    let connection = current
    while true {
      let code = connection.enqueue(record, slot: slot)
      if code == .none { return }
      if code == .queueFull, records.waitForRoom(deadline) { continue }
      guard records.notTaken(slot, connection.outcome(code)) else { return }
      throw error(code, connection)
    }
  }

  /// Why a record is refused by a client.
  private func error(_ code: KafkaCode, _ connection: ProducerConnection) -> TransportError {
    code == .queueFull
      ? .stopped : connection.client.fatalError ?? connection.client.failure(options.action, code)
  }

  // MARK: serving

  /// Takes in the brokers' answers and replaces a client that goes on no more, until ``close()`` and everything is told.
  func serve() {
    var watch = DeliveryWatch(
      settings, topic: options.topic, patience: options.answerPatience
    ) { [self] in current.client }
    var next: Int64 = 0
    var connection = current
    while true {
      connection.client.poll(milliseconds: 100)
      let fatal = connection.client.fatalCode
      if fatal != .none { ended(connection, fatal) }
      if !records.isCalm {
        guard steps(connection, topicMissingSince: watch.missingSince) else { return }
        connection = current
      }
      let now = FrameClock.monotonic()
      guard now >= next else { continue }
      next = now + Self.attendance
      attend(connection, &watch, now)
    }
  }

  private func ended(_ connection: ProducerConnection, _ fatal: KafkaCode) {
    let denial = connection.client.denial(.startingIdempotence(topic: options.topic), fatal)
    let reason =
      denial.map { .denied($0) } ?? connection.client.fatalError
      ?? .kafka(action: "\(options.action)", code: fatal, detail: nil)
    if fatal.isLostPlace { records.clientEnded(.lostPlace, reason) } else { records.giveUp(reason) }
  }

  /// - Returns: false when all is done.
  private func steps(_ connection: ProducerConnection, topicMissingSince since: Int64?) -> Bool {
    while let step = records.step() {
      switch step {
      case .renew(let cause): renew(after: connection, cause, since)
      case .end(let slot): records.end(slot, .stopped)
      case .purge(let inFlight):
        purge(connection, inFlight: inFlight)
        return true
      case .stop: return false
      }
    }
    return true
  }

  /// - Parameter missing: since when the topic is known not to be there, monotonic ns.
  private func renew(
    after failed: ProducerConnection, _ cause: RecordSending.Cause, _ missing: Int64?
  ) {
    // The client may have waited for it too.
    let waited = missing.map { (FrameClock.monotonic() - $0) / 1_000_000 } ?? 0
    let patience = max(1000, options.topicPatience - Int32(clamping: waited))
    say(cause, failed, patience)
    let next: ProducerConnection
    do throws(TransportError) {
      next = try ProducerConnection(settings, options, events: events)
    } catch {
      return records.giveUp(error)
    }
    do throws(TransportError) {
      // Without it the first record may wait a second. Sending says what is wrong if it fails, but for a topic that
      // stays away.
      let isAway = cause == .topicMissing
      try next.topic.connect(
        milliseconds: isAway ? patience : 5000,
        patience: isAway ? patience : TopicHandle.patience, isStopped: { records.hasGivenUp })
    } catch {
      if case .topicMissing = error { return records.giveUp(error) }
    }
    // The one before goes outside of the lock.
    let before = connection.withLock { current in
      defer { current = next }
      return current
    }
    _ = consume before
    guard records.renewed() else { return }
    while let (slot, record) = records.nextAgain() { sendAgain(record, slot, next) }
  }

  private func sendAgain(_ record: OutgoingRecord, _ slot: Int, _ connection: ProducerConnection) {
    while true {
      let code = connection.enqueue(record, slot: slot)
      if code == .none { return }
      if code == .queueFull, !records.hasGivenUp {
        // Nobody else serves this client.
        connection.client.poll(milliseconds: 10)
        continue
      }
      return records.answered(slot, connection.outcome(code), error(code, connection))
    }
  }

  private func say(_ cause: RecordSending.Cause, _ connection: ProducerConnection, _ patience: Int32) {
    switch cause {
    case .lostPlace:
      log?(
        .ours,
        "\(options.action): the broker no longer knew this producer (\(connection.client.fatalCode.name)); what had no answer is sent again"
      )
    case .topicMissing:
      log?(
        .ours,
        "\(options.action): the brokers at \(connection.client.brokers) no longer know the topic or its partition; "
          + "waiting for it \((patience + 999) / 1000) s, then what had no answer is sent again, or given up"
      )
    }
  }

  /// Looks for what lasts: no answers, a quota, a topic that grew.
  private func attend(_ connection: ProducerConnection, _ watch: inout DeliveryWatch, _ now: Int64) {
    let (underWay, acknowledged) = records.counts
    let throttling = connection.client.throttling
    records.keepWindow(now, isThrottled: throttling.isOn(now))
    if !records.hasGivenUp {
      let finding = watch.look(now, underWay: underWay, acknowledged: acknowledged, throttling) {
        connection.standstill($0, options)
      }
      for line in finding.lines { log?(.ours, line) }
      if let over = finding.over { records.giveUp(.standstill(over)) }
    }
    if let growth = options.partition?.takeGrowth() {
      log?(
        .ours,
        "topic \(options.topic) has \(growth.after) partitions instead of \(growth.before): \(growth.consequence)"
      )
    }
  }

  // MARK: ending

  /// Gives up what is under way: each such record is told as not delivered. Nothing more is taken.
  func abandon() {
    records.giveUp(nil)
    purge(current, inFlight: true)
  }

  private func purge(_ connection: ProducerConnection, inFlight: Bool) {
    let what = RD_KAFKA_PURGE_F_QUEUE | (inFlight ? RD_KAFKA_PURGE_F_INFLIGHT : 0)
    _ = rd_kafka_purge(connection.client.handle, what | RD_KAFKA_PURGE_F_NON_BLOCKING)
  }

  /// Takes nothing more; who waits to send is woken. What is under way stays so.
  func refuse() { records.refuse() }

  /// Ends everything: what is under way is told as not delivered, then ``serve()`` returns.
  func close() { records.close() }

  /// Waits until nothing is under way or the deadline passes (monotonic, ns).
  /// - Returns: records still under way.
  func drain(until deadline: Int64) -> Int { records.wait(until: deadline) }

  /// Waits until all that was sent before this has ended, or nothing is sent any more.
  func flush() { records.waitForThoseBefore() }

  /// How often another client took over.
  var renewals: Int { records.renewals }

  /// Whether nothing will be sent any more.
  var hasGivenUp: Bool { records.hasGivenUp }
}
