import Foundation
import Testing

@testable import FrameLatency

@Suite struct ReportMergeTests {
  /// A sink's report; `values` are the durations of each stage.
  private func sink(
    _ values: [Stage: [Int64]], started: String = "2026-11-24T10:00:00Z", seconds: Double = 10,
    feeds: [FeedReport] = [], notes: [String]? = nil
  ) -> RunReport {
    let recorder = LatencyRecorder()
    for (stage, durations) in values {
      for value in durations { recorder.record(stage, nanoseconds: value) }
    }
    let count = values.values.map(\.count).max() ?? 0
    return RunReport(
      command: "sink", started: started, durationSeconds: seconds,
      host: HostDescription(cores: 2, cpu: "test"), versions: ["framefeed": "1"], broker: "localhost:9092",
      settings: ["fetch.wait.max.ms": "10"],
      frames: FrameCounts(received: count, inferred: count, missing: 0),
      bytes: RunReport.Bytes(raw: 100_000_000, payload: 1_000_000 * count),
      rate: RunReport.Rate(fps: 30, megabytesPerSecond: 3), stages: recorder.summaries().byName,
      process: ProcessUsage(cpuSeconds: 1.5, peakResidentBytes: 1000 + count), feeds: feeds, lag: 3,
      notes: notes)
  }

  private func merged(_ reports: RunReport...) throws(ReportError) -> RunReport {
    try RunReport.merge(reports.enumerated().map { ("\("abcdef".map(String.init)[$0]).json", $1) })
  }

  private func failure(_ reports: [RunReport.Named]) -> String? {
    do throws(ReportError) {
      _ = try RunReport.merge(reports)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test func percentilesAreThoseOfAllDurations() throws {
    let parts = (0..<3).map { Durations.allCases[$0 + 2].values(1000 + $0, seed: 5) }
    let all = LatencyRecorder()
    for value in parts.joined() { all.record(.infer, nanoseconds: value) }
    let sum = try merged(sink([.infer: parts[0]]), sink([.infer: parts[1]]), sink([.infer: parts[2]]))
    var merged = try #require(sum.stages["infer"])
    var expected = try #require(all.summaries()[.infer])
    #expect(abs(merged.mean - expected.mean) <= expected.mean * 1e-12)
    (merged.mean, expected.mean) = (0, 0)
    #expect(merged == expected)
  }

  /// Also of a merged report with another, read back from JSON.
  @Test func theOrderOfMergingDoesNotMatter() throws {
    let reports = (0..<4).map { sink([.decode: Durations.frames.values(100, seed: UInt64($0))]) }
    let pairs = [try merged(reports[0], reports[1]), try merged(reports[2], reports[3])]
    let again = try RunReport.parse(Data(pairs[0].json().utf8), file: "m")
    let sum = try #require(try merged(again, pairs[1]).stages["decode"])
    let all = try #require(try merged(reports[3], reports[1], reports[0], reports[2]).stages["decode"])
    #expect(sum.histogram == all.histogram && sum.count == 400 && sum.p99 == all.p99)
  }

  @Test func stagesOfSomeAreKept() throws {
    let sum = try merged(sink([.decode: [1000], .infer: [2000]]), sink([.infer: [4000, 6000]]))
    #expect(sum.stages["decode"]?.count == 1)
    let infer = try #require(sum.stages["infer"])
    #expect(infer.count == 3 && infer.min == 0.002 && infer.max == 0.006 && abs(infer.mean - 0.004) < 1e-15)
  }

  /// Two at once for 6 s, 4 s and 2 s alone, and 7 s later another 5 s: 17 s in all.
  @Test func ratesAreOverTheTimeThatAnyRan() throws {
    let ten = [Int64](repeating: 1000, count: 34)
    let sum = try merged(
      sink([.infer: ten], started: "2026-11-24T10:00:04Z", seconds: 8),
      sink([.infer: ten + ten], started: "2026-11-24T10:00:00Z", seconds: 10),
      sink([.infer: ten], started: "2026-11-24T10:00:19Z", seconds: 5))
    #expect(sum.started == "2026-11-24T10:00:00Z" && sum.durationSeconds == 24)
    #expect(sum.rate == RunReport.Rate(fps: 136.0 / 17, megabytesPerSecond: 136.0 / 17))
    #expect(sum.frames == FrameCounts(received: 136, inferred: 136, missing: 0))
    #expect(sum.bytes == RunReport.Bytes(raw: 300_000_000, payload: 136_000_000) && sum.lag == 9)
    #expect(sum.process == ProcessUsage(cpuSeconds: 4.5, peakResidentBytes: 1068))
    #expect(sum.notes?.first?.contains("over the 17.00 s in which any of them ran") == true)
  }

  @Test func whatIsOneIsKeptAndTheRestIsListed() throws {
    let (same, first) = (sink([.infer: [1000]], notes: ["of both"]), sink([.infer: [1000]]))
    #expect(try merged(same, sink([.infer: [7]], notes: ["of both"])).notes?.dropFirst() == ["of both"])
    var other = sink([.infer: [1000]], notes: ["of one"])
    other.host = HostDescription(cores: 8, cpu: "large")
    other.broker = "kafka1:9092"
    other.settings = ["fetch.wait.max.ms": "0", "check.crcs": "true"]
    other.versions["zstd"] = "1.5"
    let sum = try merged(first, other)
    #expect(sum.command == "sink" && sum.broker == "localhost:9092, kafka1:9092")
    #expect(sum.host == HostDescription(cores: 10, cpu: "test | large"))
    #expect(sum.settings == ["fetch.wait.max.ms": "10 | 0", "check.crcs": "default | true"])
    #expect(sum.versions == ["framefeed": "1", "zstd": "1.5"])
    #expect(
      sum.notes?.dropFirst() == [
        "hosts differ: a.json on 2 cores, test; b.json on 8 cores, large", "versions differ: zstd",
        "settings differ: check.crcs, fetch.wait.max.ms", "b.json: of one",
      ])
  }

  private func part(_ feed: String, _ received: Int, missing: Int = 0, complete: Bool) -> FeedReport {
    FeedReport(
      feed: feed, run: "r", frames: FrameCounts(received: received, missing: missing, rejected: 0),
      complete: complete)
  }

  @Test func runsThatTwoSawAreOne() throws {
    let sum = try merged(
      sink([.infer: [1]], feeds: [part("gate", 7, complete: false), part("dock", 5, complete: true)]),
      sink([.infer: [2]], feeds: [part("gate", 4, complete: true), part("roof", 1, complete: false)]))
    #expect(
      sum.feeds == [
        part("dock", 5, complete: true), part("gate", 11, complete: true), part("roof", 1, complete: false),
      ])
    #expect(sum.feed == nil)
    #expect(sum.notes?.dropFirst().count == 1)
    #expect(sum.notes?.last?.hasPrefix("run r of feed gate is in a.json, b.json: ") == true)
    let lossy = try merged(
      sink([.infer: [1]], feeds: [part("gate", 7, missing: 1, complete: false)]),
      sink([.infer: [2]], feeds: [part("gate", 4, complete: true)]))
    #expect(lossy.feeds == [part("gate", 11, missing: 1, complete: false)] && lossy.feed == "gate")
    #expect(lossy.table().contains("feed    gate  run r  received 11  missing 1  rejected 0  not complete"))
  }

  @Test func streamsOfSeveralFeedsAreListed() throws {
    var (first, second) = (sink([.encode: [1]]), sink([.encode: [2]]))
    (first.feeds, second.feeds, first.lag, second.lag) = (nil, nil, nil, nil)
    (first.feed, second.feed, first.codec, second.codec) = ("gate", "dock", "jpeg", "jpeg")
    let sum = try merged(first, second)
    #expect(sum.feed == "gate, dock" && sum.codec == "jpeg" && sum.feeds == nil && sum.lag == nil)
    #expect(sum.clocks == nil)
  }

  @Test func clocksKeepTheCloserEstimate() {
    func clock(_ offset: Double?, _ error: Double?) -> ClockReport {
      ClockReport(domain: "d", frames: 4, corrected: 3, offsetMs: offset, errorMs: error)
    }
    func joined(_ clocks: ClockReport...) -> ClockReport? {
      ClockReport.merge([nil] + clocks.map { [$0] })?.first
    }
    #expect(joined(clock(5, 1), clock(5.5, 0.2))?.offsetMs == 5.5)
    #expect(joined(clock(5, 1), clock(nil, nil))?.offsetMs == 5)
    let apart = joined(clock(5, 1), clock(9, 1), clock(5, 2))
    #expect(apart == ClockReport(domain: "d", frames: 12, corrected: 9, offsetMs: nil, errorMs: nil))
  }

  @Test func errorsNameTheFileAndWhatToDo() {
    let good = sink([.infer: [1000]])
    #expect(failure([]) == "two or more reports are merged; 0 given")
    #expect(failure([("a.json", good)]) == "two or more reports are merged; 1 given")
    #expect(
      failure([("a.json", good), ("b.json", good)])?.hasPrefix("b.json: the same report as a.json") == true)
    func second(_ change: (inout RunReport) -> Void) -> String? {
      var other = sink([.infer: [1000, 2000]])
      change(&other)
      return failure([("a.json", good), ("b.json", other)])
    }
    #expect(second { _ in } == nil)
    #expect(
      second { $0.stages["infer"]?.histogram = nil }
        == "b.json: stage infer has no histogram: it was written by an older framefeed; run it again with --report"
    )
    #expect(
      second { $0.stages["infer"]?.histogram = "AAAA" }?
        .hasPrefix("b.json: stage infer: not a histogram in HdrHistogram's V2 compressed form: 3 bytes")
        == true)
    #expect(second { $0.stages["infer"]?.count = 5 }?.contains("a histogram of 5 durations") == true)
    #expect(second { $0.command = "stream" }?.hasPrefix("b.json: of command \"stream\"") == true)
    #expect(second { $0.started = "yesterday" }?.hasPrefix("b.json: started is \"yesterday\"") == true)
    #expect(second { $0.durationSeconds = .infinity }?.hasPrefix("b.json: durationSeconds is inf") == true)
    #expect(second { $0.durationSeconds = .nan } != nil)
  }

  @Test func filesAreReadAndRefused() throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    func file(_ name: String, _ text: String) throws -> String {
      try Data(text.utf8).write(to: directory.appending(path: name))
      return directory.appending(path: name).path
    }
    let first = try file("a.json", sink([.infer: [1000]]).json())
    let second = try file("b.json", sink([.infer: [3000]]).json())
    #expect(try RunReport.merge(files: [first, second]).stages["infer"]?.count == 2)
    func refused(_ path: String, _ words: String) {
      let error = #expect(throws: ReportError.self) { try RunReport.merge(files: [first, path]) }
      #expect(error.map { "\($0)".hasPrefix(path + ": ") && "\($0)".contains(words) } == true, "\(error!)")
    }
    refused("none.json", "no such file")
    refused(directory.path, "cannot be read")
    refused(try file("text", "hello"), "expected the JSON that --report writes")
    refused(try file("list", "[1]"), "expected the JSON that --report writes")
    refused(try file("other", "{\"schema\": \"framefeed.encodings/1\"}"), "expected framefeed.run/1")
    refused(try file("bare", "{\"schema\": \"framefeed.run/1\"}"), "is missing")
    let wrong = sink([.infer: [1]]).json().replacing("\"count\" : 1,", with: "\"count\" : \"one\",")
    refused(try file("wrong", wrong), "stages.infer.count is not of type Int")
    let error = #expect(throws: ReportError.self) { try RunReport.merge(files: [first]) }
    #expect(error?.isUsage == true)
  }

  @Test func reportsWithoutHistogramsAreStillRead() throws {
    var old = sink([.infer: [1000]])
    old.stages["infer"] = old.stages["infer"]?.withoutHistogram
    #expect(!old.json().contains("histogram"))
    #expect(try RunReport.parse(Data(old.json().utf8), file: "o").stages == old.stages)
  }
}
