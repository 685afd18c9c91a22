import CRDKafka
import FrameCore

/// A producer client with its topic.
final class ProducerConnection: Sendable {
  let client: KafkaClient
  let topic: TopicHandle

  /// - Parameters:
  ///   - options: its `partition` is that of all records; `nil` leaves each to librdkafka.
  init(
    _ settings: KafkaSettings, _ options: RenewableSender.Options, events: ClientEvents
  ) throws(TransportError) {
    client = try KafkaClient(
      RD_KAFKA_PRODUCER, settings,
      preset: SettingsPreset.producer(
        largestRecord: min(options.largestRecord, SettingsPreset.largestRecord),
        inFlightBytes: options.queueBytes, user: settings),
      events: events, isServed: true, callee: options.partition)
    topic = try TopicHandle(options.topic, client, partition: options.partition)
  }

  /// Returns the number of records that a client may have without spinning for the next: those in flight, and one that
  /// is ready to send when an answer comes; `nil` for any number.
  static func initialInFlight(
    _ settings: KafkaSettings, _ options: RenewableSender.Options
  ) throws(TransportError) -> Int? {
    let names = ["enable.idempotence", "max.in.flight.requests.per.connection"]
    let values = try SettingValues.ofProducer(names, settings, largestRecord: options.largestRecord)
    guard values[names[0]] == "true" else { return nil }
    let inFlight = values[names[1]].flatMap { Int($0) } ?? SendWindow.ofIdempotence
    return min(inFlight + 1, SendWindow.ofIdempotence)
  }

  /// Returns why records are not acknowledged.
  func standstill(_ answer: StandstillInquiry.Answer, _ options: RenewableSender.Options) -> Standstill {
    let recent = client.recentTrouble
    let waiting = Standstill.Waiting(
      own: options.partition?.current.map { [$0] }, last: recent.message, trouble: recent.trouble,
      throttling: client.currentThrottling)
    return Standstill(
      cause: waiting.cause(answer, .sending), side: .sending, topic: options.topic, brokers: client.brokers)
  }

  /// Gives a record to librdkafka: a frame by reference, other bytes as a copy. Does not wait.
  /// - Parameter slot: the record's slot, which its delivery report returns.
  func enqueue(_ record: OutgoingRecord, slot: Int) -> KafkaCode {
    switch record.content {
    case .frame, .end:
      var feed = record.run?.feed ?? ""
      // An empty value is not null, which would be a tombstone: no byte is read at this address.
      let value = record.address ?? UnsafeMutableRawPointer(mutating: HeaderName.end.utf8Start)
      return feed.withUTF8 { key in
        enqueue(
          record, slot, flags: 0, key: UnsafeMutableRawPointer(mutating: key.baseAddress),
          keyBytes: key.count,
          value: value, bytes: record.bytes)
      }
    case .copy(let copy):
      return Self.withAddress(of: copy.key) { key, keyBytes in
        Self.withAddress(of: copy.value) { value, bytes in
          enqueue(
            record, slot, flags: RD_KAFKA_MSG_F_COPY, key: key, keyBytes: keyBytes, value: value, bytes: bytes
          )
        }
      }
    }
  }

  private func enqueue(
    _ record: OutgoingRecord, _ slot: Int, flags: Int32, key: UnsafeMutableRawPointer?, keyBytes: Int,
    value: UnsafeMutableRawPointer?, bytes: Int
  ) -> KafkaCode {
    var headers = record.headers
    return withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { parts in
      parts.initialize(repeating: rd_kafka_vu_t())
      parts[0].vtype = RD_KAFKA_VTYPE_RKT
      parts[0].u.rkt = topic.pointer
      parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS  // 0: neither copy nor free the payload
      parts[1].u.i = flags
      parts[2].vtype = RD_KAFKA_VTYPE_KEY
      parts[2].u.mem.ptr = key
      parts[2].u.mem.size = keyBytes
      parts[3].vtype = RD_KAFKA_VTYPE_VALUE
      parts[3].u.mem.ptr = value
      parts[3].u.mem.size = bytes
      parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP
      parts[4].u.i64 = record.timestamp
      parts[5].vtype = RD_KAFKA_VTYPE_HEADERS
      parts[5].u.headers = headers.pointer
      parts[6].vtype = RD_KAFKA_VTYPE_OPAQUE
      parts[6].u.ptr = UnsafeMutableRawPointer(bitPattern: slot + 1)
      guard let error = rd_kafka_produceva(client.handle, parts.baseAddress, parts.count) else {
        headers.wereTaken()
        return .none
      }
      defer { rd_kafka_error_destroy(error) }
      return KafkaCode(rd_kafka_error_code(error))
    }
  }

  /// Returns the slot in a delivery report.
  static func slot(_ message: UnsafePointer<rd_kafka_message_t>) -> Int {
    Int(bitPattern: message.pointee._private) - 1
  }

  /// Calls `body` with the address of bytes: null for `nil`, never null for empty bytes, of which none is read.
  private static func withAddress(
    of bytes: [UInt8]?, _ body: (UnsafeMutableRawPointer?, _ size: Int) -> KafkaCode
  ) -> KafkaCode {
    guard let bytes else { return body(nil, 0) }
    return bytes.withUnsafeBytes { bytes in
      let address = bytes.baseAddress ?? UnsafeRawPointer(HeaderName.end.utf8Start)
      return body(UnsafeMutableRawPointer(mutating: address), bytes.count)
    }
  }

  /// Returns the outcome for a record with this result code.
  func outcome(_ code: KafkaCode) -> RecordSending.Outcome { Self.outcome(code, fatal: client.fatalCode) }

  /// - Parameter fatal: the client's fatal error, if it has one.
  static func outcome(_ code: KafkaCode, fatal: KafkaCode) -> RecordSending.Outcome {
    if code == .none { return .acknowledged }
    if code == .queueFull { return .noRoom }
    if fatal.isLostPlace, !code.isOfTheRecord { return .returned(.lostProducerState) }
    if code.isPurged { return .purged }
    return code.isUnknownTopic ? .returned(.topicMissing) : .failed
  }
}
