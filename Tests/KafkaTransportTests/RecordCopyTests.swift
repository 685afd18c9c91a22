import CRDKafka
import FrameCore
import Synchronization
import Testing

@testable import KafkaTransport

/// A record that is sent on, as a dead letter is, byte for byte.
@Suite(.serialized) struct RecordCopyTests {
  /// All that is in a record.
  struct Content: Equatable {
    var key: [UInt8]?
    var value: [UInt8]?
    var headers: [Header]
    var timestamp: Int64?
  }

  struct Header: Equatable {
    var name: [UInt8]
    var value: [UInt8]?
  }

  static let name = Array("näme".utf8)
  static let contents = [
    Content(key: nil, value: [1], headers: [], timestamp: 1_700_000_000_000),
    // The years 1970, 2100 and 9999.
    Content(key: [], value: [], headers: [Header(name: [97], value: nil)], timestamp: 1),
    Content(
      key: [0xFF, 0], value: nil,
      headers: [
        Header(name: name, value: []), Header(name: name, value: [0xFE]), Header(name: [], value: [1]),
      ],
      timestamp: 4_102_444_800_000),
    Content(
      key: Array("k".utf8), value: Array(repeating: 7, count: 70_000),
      headers: (0..<1500).map {
        Header(name: Array("h\($0)".utf8), value: $0 % 3 == 0 ? nil : [UInt8($0 % 256)])
      },
      timestamp: 253_402_300_799_999),
  ]

  /// Sends a record by librdkafka's plain functions: what is tested shares nothing with it.
  private func send(_ content: Content, _ client: KafkaClient, _ topic: borrowing TopicHandle) {
    let headers = rd_kafka_headers_new(content.headers.count)
    for header in content.headers {
      let name = header.name.map { CChar(bitPattern: $0) } + [0]
      ((header.value ?? []) + [0]).withUnsafeBytes { value in
        _ = rd_kafka_header_add(
          headers, name, header.name.count, header.value == nil ? nil : value.baseAddress,
          header.value?.count ?? 0)
      }
    }
    var (key, value) = ((content.key ?? []) + [0], (content.value ?? []) + [0])
    key.withUnsafeMutableBytes { key in
      value.withUnsafeMutableBytes { value in
        var parts = [rd_kafka_vu_t](repeating: rd_kafka_vu_t(), count: 6)
        parts[0].vtype = RD_KAFKA_VTYPE_RKT
        parts[0].u.rkt = topic.pointer
        parts[1].vtype = RD_KAFKA_VTYPE_MSGFLAGS
        parts[1].u.i = RD_KAFKA_MSG_F_COPY
        parts[2].vtype = RD_KAFKA_VTYPE_TIMESTAMP
        parts[2].u.i64 = content.timestamp ?? 0
        parts[3].vtype = RD_KAFKA_VTYPE_HEADERS
        parts[3].u.headers = headers
        parts[4].vtype = RD_KAFKA_VTYPE_KEY
        parts[4].u.mem.ptr = content.key == nil ? nil : key.baseAddress
        parts[4].u.mem.size = content.key?.count ?? 0
        parts[5].vtype = RD_KAFKA_VTYPE_VALUE
        parts[5].u.mem.ptr = content.value == nil ? nil : value.baseAddress
        parts[5].u.mem.size = content.value?.count ?? 0
        let error = rd_kafka_produceva(client.handle, parts, parts.count)
        #expect(error == nil)
      }
    }
  }

  private func content(_ record: borrowing Record) -> Content {
    Content(
      key: record.keyBytes, value: record.valueBytes,
      headers: record.headers.map { Header(name: $0.name, value: $0.value) },
      timestamp: record.timestampMilliseconds)
  }

  /// The first records of a topic's only partition, and what is done with each.
  private func read(
    _ cluster: MockCluster, _ topic: String, _ count: Int, _ body: (borrowing Record) throws -> Void
  ) throws -> [Content] {
    let consumer = try cluster.reader(of: topic)
    var contents: [Content] = []
    let deadline = FrameClock.monotonic() + 20_000_000_000
    while contents.count < count, FrameClock.monotonic() < deadline {
      switch consumer.poll(milliseconds: 50) {
      case .record(var record):
        let fetched = content(record)
        contents.append(fetched)
        // Nor does it when it leaves the response it came in.
        record.detach()
        #expect(content(record) == fetched)
        try body(record)
      default: break
      }
    }
    try consumer.close(deadline: FrameClock.monotonic() + 10_000_000_000)
    return contents
  }

  @Test func nothingOfARecordChanges() throws {
    let cluster = try MockCluster()
    for name in ["frames", "letters"] { cluster.create(name) }
    let client = try KafkaClient(
      RD_KAFKA_PRODUCER, KafkaSettings(brokers: cluster.brokers), preset: [], events: ClientEvents(log: nil))
    let topic = try TopicHandle("frames", client)
    for content in Self.contents { send(content, client, topic) }
    #expect(rd_kafka_flush(client.handle, 10_000) == RD_KAFKA_RESP_ERR_NO_ERROR)
    let producer = try CopyingProducer(KafkaSettings(brokers: cluster.brokers), topic: "letters")
    try producer.connect()
    let read = try read(cluster, "frames", 4) { try producer.send(copyOf: $0, adding: [("why", "so")]) }
    // The sending itself.
    #expect(read == Self.contents)
    try producer.flush()
    let copies = try self.read(cluster, "letters", 4) { _ in }
    let expected = Self.contents.map { content in
      var content = content
      content.headers.append(Header(name: Array("why".utf8), value: Array("so".utf8)))
      return content
    }
    #expect(copies == expected)
  }
}
