import Testing

@testable import FrameLatency

@Suite struct HistogramTests {
  static let percentiles = [0.001, 1, 25, 50, 75, 90, 99, 99.9, 99.99, 100]

  /// The largest value with the same 11 leading bits: computed without the layout.
  private func highestEquivalent(_ value: Int64) -> Int64 {
    var width: Int64 = 1
    while value / width >= 2048 { width *= 2 }
    return (value / width + 1) * width - 1
  }

  private func histogram(_ values: some Sequence<Int64>) -> Histogram {
    var histogram = Histogram()
    for value in values { histogram.record(value) }
    return histogram
  }

  @Test(arguments: Durations.allCases, [1, 2, 3, 10, 99, 1000, 50_000])
  func percentilesAreThoseOfASortedArray(durations: Durations, count: Int) {
    let values = durations.values(count)
    let sorted = values.sorted()
    let histogram = histogram(values)
    #expect(histogram.count == count)
    for percentile in Self.percentiles {
      let rank = min(count, max(1, Int((percentile * Double(count) / 100).rounded(.toNearestOrAwayFromZero))))
      #expect(
        histogram.value(atPercentile: percentile) == highestEquivalent(sorted[rank - 1]), "p\(percentile)")
    }
  }

  @Test(arguments: Durations.allCases)
  func addingIsRecordingAll(durations: Durations) throws {
    let values = durations.values(5000)
    var sum = histogram(values.prefix(1700))
    let rest = histogram(values.dropFirst(1700))
    try sum.add(rest)
    try sum.add(Histogram())
    let all = histogram(values)
    #expect(sum.counters == all.counters && sum.count == all.count)
  }

  /// Each counter begins where the one before ends, and is never wider than a thousandth of its values.
  @Test func countersCoverTheRangeWithoutGap() {
    var next: Int64 = 0
    for index in 0..<HistogramLayout.counterCount {
      let values = HistogramLayout.values(at: index)
      #expect(values.lowerBound == next)
      #expect(values.upperBound - values.lowerBound <= values.lowerBound / 1000)
      #expect(HistogramLayout.index(of: values.lowerBound) == index)
      #expect(HistogramLayout.index(of: values.upperBound) == index)
      next = values.upperBound + 1
    }
    #expect(next > Histogram.highest)
  }

  @Test(
    arguments: [
      (0, 0), (1, 1), (2047, 2047), (2048, 2049), (2049, 2049), (2050, 2051), (4095, 4095), (4096, 4099),
      (1_000_000, 1_000_447), (Durations.hour - 1, 3_601_330_077_695), (Durations.hour, 3_601_330_077_695),
    ] as [(Int64, Int64)])
  func boundaries(value: Int64, highest: Int64) {
    #expect(histogram([value]).value(atPercentile: 50) == highest)
    #expect(highestEquivalent(value) == highest)
  }

  @Test func whatIsOverAnHourIsAnHourAndCounted() throws {
    let durations = DurationHistogram()
    for value in [-1, 0, Durations.hour, Durations.hour + 1, .max] { durations.record(value) }
    #expect(durations.clampedCount == 2 && durations.negativeCount == 1)
    let summary = try #require(durations.summary())
    #expect(summary.count == 5 && summary.min == 0 && summary.max == 3_600_000 && summary.p99 == 3_600_000)
    let recorder = LatencyRecorder()
    #expect(recorder.notes.isEmpty)
    recorder.record(.pace, nanoseconds: .max)
    recorder.record(.infer, nanoseconds: -3)
    #expect(
      recorder.notes == [
        "1 durations were negative (clocks) and count as 0",
        "1 durations were over an hour and count as an hour",
      ])
  }

  @Test func emptyHasNoPercentile() {
    #expect(Histogram().value(atPercentile: 50) == nil)
    #expect(Histogram().count == 0)
  }

  /// What the documentation says of it, and that it stays where it is.
  @Test func memoryIsTakenAtTheStart() {
    #expect(Histogram.byteCount == 267_368)
    var histogram = Histogram()
    let start = histogram.counters.withUnsafeBufferPointer(\.baseAddress)
    // What malloc rounds up is less than a page.
    #expect(histogram.counters.capacity * 8 - Histogram.byteCount < 4096)
    for value in Durations.allMagnitudes.values(10_000) { histogram.record(value) }
    #expect(histogram.counters.withUnsafeBufferPointer(\.baseAddress) == start)
  }

  @Test func countsBeyondAreRefused() throws {
    var half = Histogram()
    half.counters[7] = 1 << 52
    half.count = 1 << 52
    var sum = Histogram()
    try sum.add(half)
    try sum.add(half)
    #expect(sum.value(atPercentile: 100) == 7)
    let error = #expect(throws: HistogramError.self) { try sum.add(half) }
    #expect(error == .tooManyCounts && sum.count == 1 << 53)
  }
}
