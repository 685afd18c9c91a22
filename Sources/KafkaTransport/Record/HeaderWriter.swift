import CRDKafka
import FrameCore

/// Owns the headers of one record until librdkafka takes ownership of them. Numbers are written in decimal, on the
/// stack.
struct HeaderWriter: ~Copyable {
  private var list: OpaquePointer?

  init(capacity: Int) { list = rd_kafka_headers_new(capacity) }

  /// Owns existing headers; `nil` for none.
  init(adopting list: OpaquePointer?) { self.list = list }

  deinit {
    if let list { rd_kafka_headers_destroy(list) }
  }

  func add(_ name: StaticString, _ text: String) {
    var text = text
    text.withUTF8 { bytes in
      _ = rd_kafka_header_add(list, name.cString, name.utf8CodeUnitCount, bytes.baseAddress, bytes.count)
    }
  }

  func add(_ name: StaticString, _ number: Int64) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
      var at = digits.count
      var rest = number.magnitude
      repeat {
        at -= 1
        digits[at] = UInt8(ascii: "0") + UInt8(rest % 10)
        rest /= 10
      } while rest > 0
      if number < 0 {
        at -= 1
        digits[at] = UInt8(ascii: "-")
      }
      let start = digits.baseAddress.map { $0 + at }
      _ = rd_kafka_header_add(list, name.cString, name.utf8CodeUnitCount, start, digits.count - at)
    }
  }

  /// The headers, for a produce call that may take ownership of them.
  var pointer: OpaquePointer? { list }

  /// Gives up ownership of the headers: librdkafka has them now.
  mutating func wereTaken() { list = nil }
}

extension HeaderWriter {
  /// Returns the headers of one frame.
  /// - Parameter dropped: frames of the run that were due by then and were not sent.
  static func frame(
    run: String, sequence: Int, dropped: Int, format: PayloadFormat, stamps: SourceStamps
  ) -> HeaderWriter {
    let headers = HeaderWriter(capacity: 16)
    let layout = format.content.layout
    headers.add(HeaderName.version, 1)
    headers.add(HeaderName.run, run)
    headers.add(HeaderName.sequence, Int64(sequence))
    headers.add(HeaderName.width, Int64(layout.width))
    headers.add(HeaderName.height, Int64(layout.height))
    headers.add(HeaderName.pixelFormat, layout.format.rawValue)
    if format.content.kind == .pixels, !layout.isTight {
      headers.add(HeaderName.stride, Int64(layout.stride))
    }
    headers.add(HeaderName.contentType, format.content.mediaType)
    if !format.layers.isEmpty {
      headers.add(HeaderName.contentEncoding, format.layers.map(\.rawValue).joined(separator: ","))
    }
    if let filter = format.filter { headers.add(HeaderName.filter, filter.rawValue) }
    headers.add(HeaderName.scheduled, stamps.scheduled)
    headers.add(HeaderName.captured, stamps.captured)
    headers.add(HeaderName.encoded, stamps.encoded)
    headers.add(HeaderName.sent, stamps.sent)
    headers.add(HeaderName.clock, FrameClock.domain)
    if dropped > 0 { headers.add(HeaderName.dropped, Int64(dropped)) }
    return headers
  }

  /// Returns the headers of the record that ends a run.
  static func end(run: String, count: Int, dropped: Int, sent: Int64) -> HeaderWriter {
    let headers = HeaderWriter(capacity: 6)
    headers.add(HeaderName.version, 1)
    headers.add(HeaderName.run, run)
    headers.add(HeaderName.sent, sent)
    headers.add(HeaderName.clock, FrameClock.domain)
    headers.add(HeaderName.end, Int64(count))
    if dropped > 0 { headers.add(HeaderName.dropped, Int64(dropped)) }
    return headers
  }
}
