@testable import FrameLatency

/// What a report may carry.
extension FuzzTarget {
  /// An input is the payload of a histogram, without the deflate and base64 that a fuzzer does not get through; and
  /// once more it is the text.
  static func histogram(_ bytes: UnsafeRawBufferPointer) {
    _ = try? Histogram(encoded: String(decoding: bytes, as: UTF8.self))
    guard let read = try? Histogram(payload: Array(bytes)) else { return }
    guard let again = try? Histogram(encoded: read.encoded()) else {
      fatalError("what is written is not read")
    }
    require(again.counters == read.counters, "\(read.count) became \(again.count)")
    require(read.count == 0 || read.value(atPercentile: 100) != nil, "\(read.count) and no percentile")
  }
}
