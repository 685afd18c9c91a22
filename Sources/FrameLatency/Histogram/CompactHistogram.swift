/// A histogram of durations from 0 ns to one hour with percentiles within 3.2 %: small enough for each window of a
/// stage and for each of a thousand feeds.
///
/// Log-linear like ``HistogramLayout``, but in units of 1,024 ns and with 32 counters per octave. All ``byteCount``
/// bytes are allocated at the start, so recording allocates nothing. Count, minimum, maximum and mean are exact. A
/// value type, not thread-safe.
/// that knows no threads.
struct CompactHistogram: Sendable {
  /// Durations are counted in units of 2^10 ns.
  private static let unitBits = 10
  /// The counters per octave, as a power of two. The first octave has twice as many, each for one unit.
  private static let octaveBits = 5
  static let counterCount = index(of: Histogram.highest) + 1
  static let byteCount = counterCount * MemoryLayout<UInt32>.stride

  private var counters = [UInt32](repeating: 0, count: counterCount)
  /// The sum of the counters. It fits one counter, so no counter overflows.
  private(set) var weight = 0
  /// The number of durations recorded.
  private(set) var count = 0
  private var least = Int64.max
  private var most = Int64(0)
  private var total = 0.0

  /// The sum at which all counters are halved, which preserves proportions.
  static let maximumWeight = Int(UInt32.max)

  /// Records one duration, ns, clamped to 0 and ``Histogram/highest``.
  mutating func record(_ nanoseconds: Int64) {
    let value = min(max(nanoseconds, 0), Histogram.highest)
    if weight >= Self.maximumWeight { halve() }
    counters[Self.index(of: value)] += 1
    weight += 1
    count += 1
    least = min(least, value)
    most = max(most, value)
    total += Double(value)
  }

  /// Adds the durations of another histogram.
  mutating func add(_ other: CompactHistogram) {
    guard other.count > 0 else { return }
    var other = other
    while weight + other.weight > Self.maximumWeight {
      halve()
      other.halve()
    }
    for index in counters.indices { counters[index] += other.counters[index] }
    weight += other.weight
    count += other.count
    least = min(least, other.least)
    most = max(most, other.most)
    total += other.total
  }

  /// Removes all durations and keeps the memory.
  mutating func reset() {
    guard count > 0 else { return }
    for index in counters.indices { counters[index] = 0 }
    (weight, count, least, most, total) = (0, 0, .max, 0, 0)
  }

  /// A counter of 1 stays 1.
  private mutating func halve() {
    weight = 0
    for index in counters.indices {
      counters[index] = counters[index] / 2 + counters[index] % 2
      weight += Int(counters[index])
    }
  }

  /// Returns the distribution so far, or `nil` if nothing was recorded. Percentiles are within 3.2 %, or 1 microsecond.
  func summary() -> StageSummary? {
    guard count > 0 else { return nil }
    let ranks = [rank(50), rank(90), rank(99), rank(99.9)]
    var values: [Double] = []
    var passed = 0
    for index in counters.indices where counters[index] > 0 {
      passed += Int(counters[index])
      // The upper end of a counter may be outside the recorded range.
      let value = min(max(Self.highest(at: index), least), most)
      while values.count < ranks.count, passed >= ranks[values.count] { values.append(Double(value) / 1e6) }
      if values.count == ranks.count { break }
    }
    return StageSummary(
      count: count, min: Double(least) / 1e6, mean: total / Double(count) / 1e6, p50: values[0],
      p90: values[1],
      p99: values[2], p999: values[3], max: Double(most) / 1e6)
  }

  private func rank(_ percent: Double) -> Int { max(1, Int(percent * Double(weight) / 100 + 0.5)) }

  /// Returns the counter of a duration from 0 to ``Histogram/highest``.
  @inline(__always)
  static func index(of nanoseconds: Int64) -> Int {
    let units = nanoseconds >> Int64(unitBits)
    let first = Int64(1) << Int64(octaveBits + 1)
    let bucket = Int64.bitWidth - (units | (first - 1)).leadingZeroBitCount - (octaveBits + 1)
    return (bucket << octaveBits) + Int(units >> Int64(bucket))
  }

  /// Returns the longest duration of a counter, ns.
  static func highest(at index: Int) -> Int64 {
    let bucket = max(0, (index >> octaveBits) - 1)
    let units = Int64(index - (bucket << octaveBits) + 1) << Int64(bucket)
    return (units << Int64(unitBits)) - 1
  }
}
