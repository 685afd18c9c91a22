import Glibc

/// Caches recent texts, so that a repeated one costs a look-up and not an allocation.
struct RepeatedTexts: Sendable {
  /// The number of texts cached: a feed has two or three (its name, its run, its clock).
  static let capacity = 1024

  private struct Known: Sendable {
    /// The bytes it was made from, up to ``RecordReader/maximumText``: longer ones are distinguished by their hash, as
    /// names are.
    let beginning: [UInt8]
    let count: Int
    let text: String
  }

  /// The texts by the hash of all bytes. Two with the same hash replace each other: that costs time and is not an
  /// error.
  private var known: [UInt64: Known] = [:]
  /// The hashes in order of arrival, a ring.
  private var order: [UInt64] = []
  private var oldest = 0

  /// Returns the bytes as UTF-8, with invalid ones replaced.
  mutating func text(_ bytes: UnsafeRawBufferPointer, limit: Int) -> String {
    let bytes = UnsafeRawBufferPointer(rebasing: bytes.prefix(limit))
    return text(bytes) { String(decoding: $0, as: UTF8.self) }
  }

  /// Returns what `make` returns for these bytes, or returned before; `make` depends on nothing else.
  mutating func text(
    _ bytes: UnsafeRawBufferPointer, make: (UnsafeRawBufferPointer) -> String
  ) -> String {
    let hash = FeedName.hash(bytes)
    let beginning = UnsafeRawBufferPointer(rebasing: bytes.prefix(RecordReader.maximumText))
    let old = known[hash]
    if let old, old.count == bytes.count, Self.equal(old.beginning, beginning) { return old.text }
    let text = make(bytes)
    if old == nil {
      if order.count < Self.capacity {
        order.append(hash)
      } else {
        known[order[oldest]] = nil
        order[oldest] = hash
        oldest = (oldest + 1) % Self.capacity
      }
    }
    known[hash] = Known(beginning: Array(beginning), count: bytes.count, text: text)
    return text
  }

  private static func equal(_ one: [UInt8], _ other: UnsafeRawBufferPointer) -> Bool {
    guard one.count == other.count, let address = other.baseAddress else { return one.count == other.count }
    return one.withUnsafeBytes { memcmp($0.baseAddress!, address, other.count) == 0 }
  }
}
