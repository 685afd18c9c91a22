import CRDKafka
import FrameCore

/// A producing client with its topic.
final class ProducerConnection: Sendable {
  let client: KafkaClient
  let topic: TopicHandle

  init(
    _ settings: KafkaSettings, _ options: FrameProducer.Options, events: ClientEvents
  ) throws(TransportError) {
    client = try KafkaClient(
      RD_KAFKA_PRODUCER, settings,
      preset: SettingsPreset.producer(
        largestRecord: min(options.maximumRecord, SettingsPreset.largestRecord),
        inFlightBytes: options.inFlightBytes, user: settings),
      events: events)
    topic = try TopicHandle(options.topic, client)
  }

  /// Hands a record to librdkafka, by reference.
  /// - Parameter waitForRoom: waits when the client's own queue is full; false gives up.
  func enqueue(
    _ record: OutgoingRecord, _ options: FrameProducer.Options, waitForRoom: () -> Bool
  ) -> KafkaCode {
    var headers = record.headers(run: options.run)
    var feed = options.feed
    return feed.withUTF8 { key in
      withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { parts in
        parts.initialize(repeating: rd_kafka_vu_t())
        parts[0].vtype = RD_KAFKA_VTYPE_RKT
        parts[0].u.rkt = topic.pointer
        parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS  // 0: neither copy nor free the payload
        parts[1].u.i = 0
        parts[2].vtype = RD_KAFKA_VTYPE_KEY
        parts[2].u.mem.ptr = UnsafeMutableRawPointer(mutating: key.baseAddress)
        parts[2].u.mem.size = key.count
        parts[3].vtype = RD_KAFKA_VTYPE_VALUE
        // An empty value is not null, which would be a tombstone: no byte is read from this address.
        parts[3].u.mem.ptr = record.address ?? UnsafeMutableRawPointer(mutating: HeaderName.end.utf8Start)
        parts[3].u.mem.size = record.bytes
        parts[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP
        parts[4].u.i64 = record.timestamp / 1_000_000
        parts[5].vtype = RD_KAFKA_VTYPE_HEADERS
        parts[5].u.headers = headers.pointer
        parts[6].vtype = RD_KAFKA_VTYPE_OPAQUE
        parts[6].u.ptr = UnsafeMutableRawPointer(bitPattern: record.slot + 1)
        while true {
          guard let error = rd_kafka_produceva(client.handle, parts.baseAddress, parts.count) else {
            headers.wereTaken()
            return .none
          }
          let code = KafkaCode(rd_kafka_error_code(error))
          rd_kafka_error_destroy(error)
          guard code == .queueFull, waitForRoom() else { return code }
        }
      }
    }
  }
}
