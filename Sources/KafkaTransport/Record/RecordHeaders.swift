import CRDKafka

/// Headers that outlive the record they came with, byte for byte: a copy goes with each try to send them.
final class RecordHeaders: @unchecked Sendable {
  // Sound: the list is changed by `init` alone, and copying only reads it.
  private let list: OpaquePointer

  /// A record's headers, a null value as null, and further ones behind them.
  init(of record: borrowing Record, adding further: [(name: String, value: String)]) {
    list = record.copiedHeaders() ?? rd_kafka_headers_new(further.count)
    for (name, value) in further {
      var value = value
      value.withUTF8 { _ = rd_kafka_header_add(list, name, -1, $0.baseAddress, $0.count) }
    }
  }

  deinit { rd_kafka_headers_destroy(list) }

  /// For a produce call that may take it over.
  func copied() -> OpaquePointer? { rd_kafka_headers_copy(list) }
}
