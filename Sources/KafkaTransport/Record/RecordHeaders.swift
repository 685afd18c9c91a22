import CRDKafka

/// Headers that outlive their record, byte for byte: each attempt to send them gets a copy.
final class RecordHeaders: @unchecked Sendable {
  // Sound: only `init` changes the list, and copying only reads it.
  private let list: OpaquePointer

  /// Copies a record's headers, null values included, and adds further ones after them.
  init(of record: borrowing Record, adding further: [(name: String, value: String)]) {
    list = record.copiedHeaders() ?? rd_kafka_headers_new(further.count)
    for (name, value) in further {
      var value = value
      value.withUTF8 { _ = rd_kafka_header_add(list, name, -1, $0.baseAddress, $0.count) }
    }
  }

  deinit { rd_kafka_headers_destroy(list) }

  /// Returns a copy for a produce call that may take ownership of it.
  func copied() -> OpaquePointer? { rd_kafka_headers_copy(list) }
}
