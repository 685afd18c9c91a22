import FoundationEssentials
import Testing

@testable import FrameLatency

@Suite struct RunReportTests {
  private let summary = StageSummary(
    count: 360, min: 0.1, mean: 1.5, p50: 1.25, p90: 2, p99: 10.5, p999: 99.9996, max: 123.4567)

  private func report() -> RunReport {
    RunReport(
      command: "sink", started: "2026-11-24T00:00:00Z", durationSeconds: 12,
      host: HostDescription(cores: 2, cpu: "test"), versions: ["framefeed": "1"], broker: "localhost:9092",
      frames: FrameCounts(received: 360, missing: 0), bytes: RunReport.Bytes(payload: 36_000_000),
      rate: RunReport.Rate(fps: 30, megabytesPerSecond: 3), stages: ["transport": summary],
      process: ProcessUsage(cpuSeconds: 1, peakResidentBytes: 1_000_000))
  }

  /// The keys of one JSON object, read from its indentation.
  private func keys(_ json: String, indent: Int) -> [String] {
    json.split(separator: "\n").compactMap { line in
      guard line.prefix(while: { $0 == " " }).count == indent else { return nil }
      let rest = line.dropFirst(indent)
      guard rest.hasPrefix("\""), let end = rest.dropFirst().firstIndex(of: "\"") else { return nil }
      return String(rest[rest.index(after: rest.startIndex)..<end])
    }
  }

  @Test func absentFieldsAreAbsent() {
    let json = report().json()
    #expect(
      keys(json, indent: 2) == [
        "broker", "bytes", "command", "durationSeconds", "frames", "host", "process", "rate", "schema",
        "settings", "stages", "started", "versions",
      ])
    #expect(!json.contains("null"))
    #expect(!json.contains("\"sent\""))
    #expect(!json.contains("\"raw\""))
    #expect(json.contains("\"missing\" : 0"))
    #expect(json.contains("\"schema\" : \"framefeed.run/1\""))
  }

  @Test func keyNamesAreTheContract() throws {
    var full = report()
    full.feed = "drone-1"
    full.codec = "jpeg"
    full.frames = FrameCounts(
      sent: 1, acknowledged: 1, received: 1, decoded: 1, inferred: 1, missing: 1, duplicate: 1,
      reordered: 1, droppedFull: 1, droppedStale: 1, rejected: 1)
    full.bytes.raw = 1
    full.feeds = [FeedReport(feed: "drone-1", run: "r", frames: FrameCounts(), complete: true)]
    full.notes = ["note"]
    let json = full.json()
    let nested = [
      "sent", "acknowledged", "received", "decoded", "inferred", "missing", "duplicate", "reordered",
      "droppedFull", "droppedStale", "rejected", "raw", "payload", "cores", "cpu", "fps",
      "megabytesPerSecond", "cpuSeconds", "peakResidentBytes", "transport", "feed", "run", "complete",
      "count", "min", "mean", "p50", "p90", "p99", "p999", "max",
    ]
    for key in nested { #expect(json.contains("\"\(key)\" : "), "\(key)") }
    #expect(Set(keys(json, indent: 2)).isSuperset(of: ["feed", "codec", "feeds", "notes"]))
    let again = try JSONDecoder().decode(RunReport.self, from: Data(json.utf8))
    #expect(again.frames == full.frames && again.stages == full.stages && again.feeds == full.feeds)
  }

  @Test func oddRatesStillGiveAReport() {
    var odd = report()
    odd.rate.fps = .infinity
    #expect(odd.json().contains("\"fps\" : \"inf\""))
    #expect(odd.table().contains("inf fps"))
  }

  @Test func timestampsAreUTC() {
    #expect(RunReport.timestamp(1_700_000_000_123_000_000) == "2023-11-14T22:13:20Z")
  }

  @Test func countsAddUp() {
    let sum = FrameCounts(sent: 1, missing: .max) + FrameCounts(received: 2, missing: 1)
    #expect(sum == FrameCounts(sent: 1, received: 2, missing: .max))
  }

  @Test func tableColumnsAlign() {
    var full = report()
    full.stages["endToEnd"] = summary
    full.stages["pace"] = StageSummary(
      count: 5, min: 0, mean: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0.0004)
    let lines = full.table().split(separator: "\n").map(String.init)
    let header = lines.firstIndex { $0.hasPrefix("ms ") }!
    let rows = lines[header...]
    #expect(rows.count == 4)
    #expect(Set(rows.map(\.count)).count == 1)
    #expect(rows.map { String($0.prefix { $0 != " " }) } == ["ms", "pace", "transport", "endToEnd"])
    #expect(rows.last!.hasSuffix("100.000  123.457"))
    #expect(lines[0] == "sink  broker localhost:9092  12.00 s")
    #expect(lines.contains("frames  received 360"))
    #expect(lines.contains("frames  missing 0"))
    #expect(!full.table().contains("sent"))
  }

  @Test func feedNamesCannotDriveTheTerminal() {
    var hostile = report()
    hostile.feed = "a\u{1B}[2Jb\nc"
    #expect(hostile.table().hasPrefix("sink  feed a?[2Jb?c  broker"))
  }

  @Test(arguments: [(0.0, "0.00"), (-0.005, "-0.01"), (1.005e3, "1005.00"), (2.0 / 3, "0.67")])
  func fixedDecimals(value: Double, text: String) {
    #expect(value.fixed(2) == text)
  }

  @Test func thisProcessIsMeasured() {
    #expect(HostDescription.current().cores >= 1)
    #expect(ProcessUsage.current().peakResidentBytes > 1_000_000)
  }
}
