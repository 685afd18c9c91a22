import CRDKafka
import FrameCore

/// Sends records through a client, and through a new one when that client has failed.
///
/// An idempotent producer fails when the broker no longer knows its id and sequence (a broker that lost its state, a
/// leader that was behind). Records without an answer are then sent again, in order, by a new client: at least once,
/// and a sink counts duplicates. The same happens when the brokers' metadata lacks the topic for a while.
///
/// ``RecordSending`` decides; this class carries out its steps. One thread serves the client and reports the result of
/// each record; the threads that send give records to the client themselves. No call of librdkafka is made under a
/// lock.
final class RenewableSender: Sendable {
  private let records: RecordsInFlight
  private let settings: KafkaSettings
  private let options: Options
  private let events: ClientEvents
  private let log: KafkaLog?
  /// Replaced only by the serving thread, while no client has a record.
  private let connection: Lock<ProducerConnection>

  /// The interval of ``attend(_:_:_:)``, ns.
  private static let attendance: Int64 = 200_000_000

  init(
    _ settings: KafkaSettings, _ options: Options, log: KafkaLog?, teller: @escaping RecordsInFlight.Teller
  ) throws(TransportError) {
    let atFirst = try ProducerConnection.initialInFlight(settings, options) ?? options.inFlightRecords
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
        // The next record would be denied too.
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

  /// Waits until a record of this size may be added, so that its `sent` stamp excludes the wait.
  func awaitRoom(for bytes: Int, deadline: Int64 = .max) { records.awaitRoom(for: bytes, deadline) }

  /// Sends one record; waits while the limit of records or bytes under way is reached, or the client's own queue is
  /// full.
  /// - Parameters:
  ///   - memory: the memory of the record's bytes.
  ///   - deadline: monotonic, ns.
  /// - Throws: the error that refuses it at once. Later errors are reported to the teller.
  func send(
    _ record: OutgoingRecord, _ memory: consuming FrameBuffer?, deadline: Int64 = .max
  ) throws(TransportError) {
    let slot = try records.add(record, memory, deadline: deadline)
    // The client is not replaced while it has the record.
    let connection = current
    while true {
      let code = connection.enqueue(record, slot: slot)
      if code == .none { return }
      if code == .queueFull, records.waitForRoom(deadline) { continue }
      guard records.notTaken(slot, connection.outcome(code)) else { return }
      throw error(code, connection)
    }
  }

  /// Returns the error for a record that a client refused.
  private func error(_ code: KafkaCode, _ connection: ProducerConnection) -> TransportError {
    code == .queueFull
      ? .stopped : connection.client.fatalError ?? connection.client.failure(options.action, code)
  }

  // MARK: serving

  /// Processes the brokers' answers and replaces a failed client, until ``close()`` is called and every record is
  /// reported.
  func serve() {
    var watch = DeliveryWatch(
      settings, topic: options.topic, timeout: options.answerTimeout
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
    if fatal.isLostPlace { records.clientEnded(.lostProducerState, reason) } else { records.giveUp(reason) }
  }

  /// - Returns: `false` when every record is reported and the sender is closed.
  private func steps(_ connection: ProducerConnection, topicMissingSince since: Int64?) -> Bool {
    while let step = records.nextStep() {
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

  /// - Parameter missing: when brokers first reported the topic as missing, monotonic ns.
  private func renew(
    after failed: ProducerConnection, _ cause: RecordSending.Cause, _ missing: Int64?
  ) {
    // The failed client's records may have waited for the topic too.
    let waited = missing.map { (FrameClock.monotonic() - $0) / 1_000_000 } ?? 0
    let timeout = max(1000, options.topicTimeout - Int32(clamping: waited))
    say(cause, failed, timeout)
    let next: ProducerConnection
    do throws(TransportError) {
      next = try ProducerConnection(settings, options, events: events)
    } catch {
      return records.giveUp(error)
    }
    do throws(TransportError) {
      // Without this the first record may wait a second. If it fails, sending reports why, except for a topic that
      // stays missing.
      let isAway = cause == .topicMissing
      try next.topic.connect(
        milliseconds: isAway ? timeout : 5000,
        timeout: isAway ? timeout : TopicHandle.timeout, isStopped: { records.hasGivenUp })
    } catch {
      if case .topicMissing = error { return records.giveUp(error) }
    }
    // The previous client is released outside of the lock.
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
        // No other thread serves this client.
        connection.client.poll(milliseconds: 10)
        continue
      }
      return records.answered(slot, connection.outcome(code), error(code, connection))
    }
  }

  private func say(_ cause: RecordSending.Cause, _ connection: ProducerConnection, _ timeout: Int32) {
    switch cause {
    case .lostProducerState:
      log?(
        .ours,
        "\(options.action): the broker no longer knows this producer (\(connection.client.fatalCode.name)); unacknowledged records are sent again"
      )
    case .topicMissing:
      log?(
        .ours,
        "\(options.action): the brokers at \(connection.client.brokers) no longer know the topic or its partition; "
          + "waiting for it \((timeout + 999) / 1000) s, then unacknowledged records are sent again, or fail"
      )
    }
  }

  /// Checks for lasting conditions: no answers, a quota, a topic with more partitions.
  private func attend(_ connection: ProducerConnection, _ watch: inout DeliveryWatch, _ now: Int64) {
    let (inFlight, acknowledged) = records.counts
    let throttling = connection.client.throttling
    records.keepWindow(now, isThrottled: throttling.isOn(now))
    if !records.hasGivenUp {
      let finding = watch.look(now, inFlight: inFlight, acknowledged: acknowledged, throttling) {
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

  /// Gives up all records under way: each is reported as not delivered. Refuses new records.
  func abandon() {
    records.giveUp(nil)
    purge(current, inFlight: true)
  }

  private func purge(_ connection: ProducerConnection, inFlight: Bool) {
    let what = RD_KAFKA_PURGE_F_QUEUE | (inFlight ? RD_KAFKA_PURGE_F_INFLIGHT : 0)
    _ = rd_kafka_purge(connection.client.handle, what | RD_KAFKA_PURGE_F_NON_BLOCKING)
  }

  /// Refuses new records and wakes threads that wait to send. Records under way stay under way.
  func refuse() { records.refuse() }

  /// Ends everything: records under way are reported as not delivered, then ``serve()`` returns.
  func close() { records.close() }

  /// Waits until no record is under way or the deadline passes (monotonic, ns).
  /// - Returns: the number of records still under way.
  func drain(until deadline: Int64) -> Int { records.wait(until: deadline) }

  /// Waits until every record sent before this call has ended, or sending has ended.
  func flush() { records.waitForThoseBefore() }

  /// The number of times a new client replaced a failed one.
  var renewals: Int { records.renewals }

  /// Whether sending has ended.
  var hasGivenUp: Bool { records.hasGivenUp }
}
