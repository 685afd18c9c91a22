/// The encoding of a V2 histogram's counters: ZigZag LEB128 numbers of at most 9 bytes, where a negative number is the
/// length of a run of zero counters.
enum CounterCoding {
  /// The most bytes of one number: eight of 7 bits, and a last one of 8.
  static let maximumBytes = 9

  /// Appends the counters up to the last nonzero one.
  static func append(_ counters: [Int64], to bytes: inout [UInt8]) {
    let end = counters.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0
    var index = 0
    while index < end {
      guard counters[index] == 0 else {
        append(counters[index], to: &bytes)
        index += 1
        continue
      }
      let start = index
      while counters[index] == 0 { index += 1 }
      append(Int64(start - index), to: &bytes)
    }
  }

  private static func append(_ number: Int64, to bytes: inout [UInt8]) {
    var rest = UInt64(bitPattern: number << 1 ^ number >> 63)
    for _ in 1..<maximumBytes {
      guard rest >= 0x80 else { break }
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Returns all counters of a histogram, and their sum.
  static func read(_ bytes: ArraySlice<UInt8>) throws(HistogramError) -> (counters: [Int64], count: Int) {
    var counters = [Int64](repeating: 0, count: HistogramLayout.counterCount)
    var count = 0
    var index = 0
    var rest = bytes
    while !rest.isEmpty {
      let number = try next(&rest)
      let run = number < 0 ? number.magnitude : 1
      guard run <= UInt64(counters.count - index) else {
        throw .otherLayout("it has values above one hour; expected values of up to \(Histogram.highest) (ns)")
      }
      if number > 0 {
        guard number <= Int64(Histogram.maximumCount - count) else { throw .tooManyCounts }
        counters[index] = number
        count += Int(number)
      }
      index += Int(run)
    }
    return (counters, count)
  }

  private static func next(_ bytes: inout ArraySlice<UInt8>) throws(HistogramError) -> Int64 {
    var number: UInt64 = 0
    for place in 0..<maximumBytes {
      guard let byte = bytes.popFirst() else { throw .malformed("its last count is cut off") }
      let isLast = place == maximumBytes - 1
      number |= UInt64(isLast ? byte : byte & 0x7F) << UInt64(7 * place)
      if isLast || byte < 0x80 { break }
    }
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }
}
