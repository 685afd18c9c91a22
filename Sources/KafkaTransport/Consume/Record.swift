import CRDKafka
import FrameCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#else
  #error("no C library known for this platform")
#endif

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

  /// The record's timestamp, ns since the Unix epoch (Kafka keeps whole milliseconds); `nil` without one, or where
  /// it is out of range (the year 2262).
  public var timestamp: Int64? {
    guard let milliseconds = timestampMilliseconds, milliseconds >= 0 else { return nil }
    let (nanoseconds, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
    return overflow ? nil : nanoseconds
  }

  /// A message's timestamp, ms since the Unix epoch.
  static func milliseconds(_ message: UnsafePointer<rd_kafka_message_t>) -> Int64? {
    var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    let milliseconds = rd_kafka_message_timestamp(message, &kind)
    return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || milliseconds < 0 ? nil : milliseconds
  }

  /// The record's timestamp as it is, ms since the Unix epoch; `nil` without one.
  public var timestampMilliseconds: Int64? {
    var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
    let milliseconds = rd_kafka_message_timestamp(message, &kind)
    return kind == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE ? nil : milliseconds
  }

  /// The key's bytes, copied; `nil` where it is null.
  public var keyBytes: [UInt8]? { message.pointee.key == nil ? nil : Array(key) }

  /// The value's bytes, copied; `nil` where it is null.
  var valueBytes: [UInt8]? { isTombstone ? nil : payload.withUnsafeBytes { Array($0) } }

  /// All headers, copied; a name is bytes, a null value is `nil`.
  public var headers: [(name: [UInt8], value: [UInt8]?)] {
    var headers: [(name: [UInt8], value: [UInt8]?)] = []
    _ = forEachHeader(limit: .max) { name, value in
      let name = UnsafeRawBufferPointer(start: name, count: strlen(name))
      headers.append((Array(name), value.baseAddress == nil ? nil : Array(value)))
    }
    return headers
  }

  /// A copy of the headers that is the caller's; `nil` where there are none.
  func copiedHeaders() -> OpaquePointer? {
    var list: OpaquePointer?
    guard KafkaCode(rd_kafka_message_headers(message, &list)) == .none, let list else { return nil }
    return rd_kafka_headers_copy(list)
  }

  /// Hands each header to `body`, in order; a null value is empty, without an address.
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
