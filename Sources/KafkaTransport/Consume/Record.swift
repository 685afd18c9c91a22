import CRDKafka
import FrameCore

/// Owns one fetched record. Its payload lies in librdkafka's fetch buffer, uncopied.
///
/// One record held keeps the whole response it came in: use the payload, then let the record go.
public struct Record: ~Copyable, @unchecked Sendable {
  // Sound: the message belongs to this value alone, and librdkafka lets any thread read and destroy it.
  private let message: UnsafeMutablePointer<rd_kafka_message_t>
  /// The client must outlive its messages.
  private let client: KafkaClient
  public let place: RecordPlace
  /// When it came out of the client, ns since the Unix epoch.
  public let received: Int64

  init(_ message: UnsafeMutablePointer<rd_kafka_message_t>, client: KafkaClient, _ place: RecordPlace) {
    self.message = message
    self.place = place
    self.client = client
    received = FrameClock.now()
  }

  deinit { rd_kafka_message_destroy(message) }

  public var partition: Int32 { place.partition }
  public var offset: Int64 { place.offset }

  /// Whether the value is null: a deletion marker, not a frame.
  public var isTombstone: Bool { message.pointee.payload == nil }

  /// Bytes of the value.
  public var byteCount: Int { message.pointee.len }

  /// The value; empty when it is null.
  public var payload: RawSpan {
    @_lifetime(borrow self)
    get {
      let bytes = UnsafeRawBufferPointer(start: message.pointee.payload, count: message.pointee.len)
      return _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
    }
  }

  /// The key's bytes; empty when there is none.
  var key: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: message.pointee.key, count: message.pointee.key_len)
  }

  /// The record's timestamp, ns since the Unix epoch (Kafka keeps whole milliseconds); `nil` without one.
  public var timestamp: Int64? {
    guard let milliseconds = Self.milliseconds(message) else { return nil }
    let (nanoseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? nil : nanoseconds
  }

  /// A message's timestamp, ms since the Unix epoch.
  static func milliseconds(_ message: UnsafePointer<rd_kafka_message_t>) -> Int64? {
    var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    let milliseconds = rd_kafka_message_timestamp(message, &kind)
    return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || milliseconds < 0 ? nil : milliseconds
  }

  /// The key's bytes, copied.
  public var keyBytes: [UInt8] { Array(key) }

  /// The first `limit` headers, copied; a null value is empty.
  public func headers(limit: Int) -> [(name: String, value: [UInt8])] {
    var headers: [(name: String, value: [UInt8])] = []
    _ = forEachHeader(limit: limit) { name, value in headers.append((String(cString: name), Array(value))) }
    return headers
  }

  /// Hands each header to `body`, in order; a null value is empty.
  /// - Returns: false when there are more than `limit`; then `body` saw the first ones.
  func forEachHeader<E: Error>(
    limit: Int, _ body: (UnsafePointer<CChar>, UnsafeRawBufferPointer) throws(E) -> Void
  ) throws(E) -> Bool {
    var list: OpaquePointer?
    guard KafkaCode(rd_kafka_message_headers(message, &list)) == .none, let list else { return true }
    var at = 0
    while true {
      var name: UnsafePointer<CChar>?
      var value: UnsafeRawPointer?
      var size = 0
      guard KafkaCode(rd_kafka_header_get_all(list, at, &name, &value, &size)) == .none, let name else {
        return true
      }
      guard at < limit else { return false }
      try body(name, UnsafeRawBufferPointer(start: value, count: size))
      at += 1
    }
  }
}
