import FrameLatency
import Testing

@Suite struct LatencyRecorderTests {
  /// A fixed stream of numbers, so that a failure can be repeated.
  struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ (state >> 29)
    }
  }

  @Test(arguments: [1, 2, 10, 999, 20_000])
  func percentilesMatchASortedArray(count: Int) throws {
    let recorder = LatencyRecorder()
    var random = Random(state: UInt64(count))
    // Even over the magnitudes, 1 us to 16 s.
    var values = (0..<count).map { _ in
      Int64.random(in: 1000..<2000, using: &random) << Int64.random(in: 0..<14, using: &random)
    }
    for value in values { recorder.record(.transport, nanoseconds: value) }
    values.sort()
    let summary = try #require(recorder.summary(.transport))
    let percentiles = [(summary.p50, 0.5), (summary.p90, 0.9), (summary.p99, 0.99), (summary.p999, 0.999)]
    for (measured, share) in percentiles {
      let rank = max(1, Int(Double(count) * share + 0.5))
      let exact = Double(values[rank - 1]) / 1e6
      #expect(abs(measured - exact) <= exact * 0.001, "p\(share * 100)")
    }
    let mean = values.reduce(0) { $0 + Double($1) } / Double(count) / 1e6
    #expect(summary.count == count)
    #expect(summary.min == Double(values[0]) / 1e6)
    #expect(summary.max == Double(values[count - 1]) / 1e6)
    #expect(abs(summary.mean - mean) <= mean * 1e-9)
  }

  @Test func nothingRecordedIsNil() {
    let recorder = LatencyRecorder()
    #expect(recorder.summary(.infer) == nil)
    #expect(recorder.summaries().isEmpty)
  }

  @Test func clockGoingBackIsCountedAsZero() throws {
    let recorder = LatencyRecorder()
    recorder.record(.transport, nanoseconds: -5)
    recorder.record(.queue, nanoseconds: .min)
    recorder.record(.queue, nanoseconds: 0)
    #expect(recorder.negativeCount == 2)
    let summary = try #require(recorder.summary(.queue))
    #expect(summary == StageSummary(count: 2, min: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0))
  }

  @Test func overAnHourIsAnHour() throws {
    let recorder = LatencyRecorder()
    recorder.record(.pace, nanoseconds: .max)
    let summary = try #require(recorder.summary(.pace))
    #expect(summary.p50 == 3_600_000)
    #expect(summary.max == 3_600_000)
  }

  @Test func stagesAreApart() {
    let recorder = LatencyRecorder()
    for (index, stage) in Stage.allCases.enumerated() {
      for _ in 0...index { recorder.record(stage, nanoseconds: 1000) }
    }
    for (index, stage) in Stage.allCases.enumerated() {
      #expect(recorder.summaries()[stage]?.count == index + 1)
    }
  }

  @Test func threadsMayRecordTogether() async {
    let recorder = LatencyRecorder()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask { for _ in 0..<10_000 { recorder.record(.decode, nanoseconds: 5000) } }
      }
    }
    #expect(recorder.summary(.decode)?.count == 40_000)
  }
}
