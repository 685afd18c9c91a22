import Testing

@testable import FrameLatency

/// Figures of the last ten seconds beside those of the whole.
@Suite struct WindowTests {
  private static let second: Int64 = 1_000_000_000

  @Test func aWindowIsOverAtTheFirstTickAfterTenSeconds() {
    var time = TimeWindow()
    let ticks: [Int64] = [100, 100, 105, 109, 110, 111, 119, 120, 147, 150, 90, 157]
    let over = ticks.filter { time.tick(at: $0 * Self.second) }
    #expect(over == [110, 120, 147, 157])
    #expect(time.number == 4 && time.last == 10 * Self.second)
  }

  @Test func aLateTickMakesTheWindowLonger() {
    var time = TimeWindow()
    #expect(!time.tick(at: 0) && time.last == nil)
    let isOver = time.tick(at: 27 * Self.second)
    #expect(isOver && time.last == 27 * Self.second && time.number == 1)
    // Hostile times do not trap.
    _ = time.tick(at: .min)
    _ = time.tick(at: .max)
  }

  /// Of three days at 5 ms no stall of ten seconds shows in the whole, but it does in its window.
  @Test func aStallShowsInItsWindow() throws {
    let recorder = LatencyRecorder()
    var now: Int64 = 0
    recorder.rotate(at: now)
    for _ in 0..<20_000 { recorder.record(.endToEnd, nanoseconds: 5_000_000) }
    now += 10 * Self.second
    #expect(recorder.rotate(at: now)?.number == 1)
    for _ in 0..<100 { recorder.record(.endToEnd, nanoseconds: 400_000_000) }
    // Not over yet: what is told is the window before.
    #expect(recorder.rotate(at: now + 9 * Self.second) == nil)
    #expect(recorder.window[.endToEnd]?.count == 20_000)
    now += 12 * Self.second
    #expect(recorder.rotate(at: now)?.seconds == 12)
    #expect(recorder.windowSeconds == 12)
    let window = try #require(recorder.window[.endToEnd])
    #expect(window.count == 100 && window.p50 == 400 && window.min == 400 && window.max == 400)
    let whole = try #require(recorder.summary(.endToEnd))
    #expect(whole.count == 20_100 && abs(whole.p99 - 5) < 0.01 && whole.max == 400)
    #expect(recorder.percentiles[.endToEnd] == StagePercentiles(p50: whole.p50, p99: whole.p99))
    // A window in which nothing came has no figures.
    now += 10 * Self.second
    recorder.rotate(at: now)
    #expect(recorder.window.isEmpty && recorder.windowSeconds == 10)
  }

  @Test func oneOfManyEndsTheWindow() async {
    let recorder = LatencyRecorder()
    recorder.rotate(at: 0)
    let ended = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          (0..<1000).count { recorder.rotate(at: Int64($0) * Self.second) != nil }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(ended > 0 && ended <= 99)
  }

  @Test func ratesAreOfTheWindow() {
    var rates = RateWindow()
    rates.close(seconds: 10, frames: 300, bytes: 30_000_000)
    #expect(rates.last == RunReport.Rate(fps: 30, megabytesPerSecond: 3))
    rates.close(seconds: 20, frames: 500, bytes: 32_000_000)
    #expect(rates.last == RunReport.Rate(fps: 10, megabytesPerSecond: 0.1))
  }

  // MARK: the compact histogram

  private func compact(_ values: some Sequence<Int64>) -> CompactHistogram {
    var histogram = CompactHistogram()
    for value in values { histogram.record(value) }
    return histogram
  }

  @Test(arguments: Durations.allCases, [1, 2, 10, 999, 50_000])
  func compactPercentilesAreThoseOfASortedArray(durations: Durations, count: Int) throws {
    let values = durations.values(count)
    let sorted = values.sorted()
    let summary = try #require(compact(values).summary())
    let percentiles = [(summary.p50, 50.0), (summary.p90, 90), (summary.p99, 99), (summary.p999, 99.9)]
    for (measured, percent) in percentiles {
      let exact = Double(sorted[min(count, max(1, Int(percent * Double(count) / 100 + 0.5))) - 1]) / 1e6
      // Upper ends of counters: never too low, within 1/32 or a unit of 1.024 us.
      #expect(measured >= exact && measured <= exact * (1 + 1.0 / 32) + 0.001_024, "p\(percent)")
    }
    let mean = values.reduce(0) { $0 + Double($1) } / Double(count) / 1e6
    #expect(summary.count == count && abs(summary.mean - mean) <= mean * 1e-9)
    #expect(summary.min == Double(sorted[0]) / 1e6 && summary.max == Double(sorted[count - 1]) / 1e6)
  }

  @Test func compactCountersCoverTheRangeWithoutGap() {
    var next: Int64 = 0
    for index in 0..<CompactHistogram.counterCount {
      let highest = CompactHistogram.highest(at: index)
      #expect(CompactHistogram.index(of: next) == index && CompactHistogram.index(of: highest) == index)
      #expect(highest - next < max(1024, next / 32))
      next = highest + 1
    }
    #expect(next > Histogram.highest && CompactHistogram.byteCount < 4000)
  }

  @Test(arguments: Durations.allCases)
  func addingCompactOnesIsRecordingAll(durations: Durations) {
    let values = durations.values(5000)
    var sum = compact(values.prefix(1700))
    sum.add(compact(values.dropFirst(1700)))
    sum.add(CompactHistogram())
    var (all, added) = (compact(values).summary(), sum.summary())
    let means = (all?.mean ?? 0, added?.mean ?? 1)
    #expect(abs(means.0 - means.1) <= means.0 * 1e-12)
    all?.mean = 0
    added?.mean = 0
    #expect(added == all)
    sum.reset()
    #expect(sum.summary() == nil)
  }

  /// Beyond 2^32 durations counters are halved: what they say of shares stays, and the count is exact.
  @Test func countersThatAreFullAreHalved() throws {
    var sum = compact([Int64](repeating: 1_000_000, count: 750) + [Int64](repeating: 8_000_000, count: 250))
    for _ in 0..<23 { sum.add(sum) }
    sum.record(8_000_000)
    #expect(sum.weight <= CompactHistogram.maximumWeight)
    let summary = try #require(sum.summary())
    #expect(summary.count == 1000 << 23 + 1)
    #expect(summary.p50 < 1.04 && summary.p90 > 7.9 && summary.min == 1 && summary.max == 8)
  }

  @Test func compactTakesAnyDuration() throws {
    let summary = try #require(compact([-5, .min, 0, Durations.hour, .max]).summary())
    #expect(summary.count == 5 && summary.min == 0 && summary.max == 3_600_000 && summary.p99 == 3_600_000)
  }
}
