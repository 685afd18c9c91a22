import Testing

@testable import FrameBench

/// When a client falls behind, by what arrives late, however few frames a turn has; and how the table says so.
struct LoadTests {
  private func passages(_ delays: [Int64], interval: Int64) -> [PeerPair.Passage] {
    delays.enumerated().map { number, delay in
      let due = 1_000_000_000 + Int64(number) * interval
      return PeerPair.Passage(start: due, done: due + delay / 2, received: due + delay)
    }
  }

  @Test func onlyWhatQueuesLengthensATurn() {
    let interval: Int64 = 33_000_000
    let inTime = passages([2_000_000, 40_000_000, 3_000_000, 32_000_000], interval: interval)
    #expect(LoadedClient.span(inTime, interval: interval) == 4 * interval)
    let queued = passages([2_000_000, 40_000_000, 80_000_000, 120_000_000], interval: interval)
    #expect(LoadedClient.span(queued, interval: interval) == 3 * interval + 120_000_000)
  }

  @Test func whatWasNotMeasuredIsALineForEachClientAndReason() {
    func row(_ client: String, _ feeds: Int, _ fps: Double, _ skipped: String?) -> LoadReport.Row {
      LoadReport.Row(brokers: 1, tls: false, feeds: feeds, fps: fps, client: client, skipped: skipped)
    }
    let behind = "fell behind at 240 frames/s already"
    let report = LoadReport(
      started: "", durationSeconds: 0, versions: [:], broker: "", source: "", codec: "raw", payloads: 1,
      payloadBytes: 1, rounds: 1, seconds: 1,
      rows: [row("C", 8, 60, behind), row("Java", 8, 60, "no JVM"), row("C", 32, 15, behind)])
    let lines = report.table().split(separator: "\n")
    #expect(
      lines.filter { $0.hasPrefix("not measured") } == [
        "not measured: C at 8 x 60, 32 x 15 fps: fell behind at 240 frames/s already",
        "not measured: Java at 8 x 60 fps: no JVM",
      ])
    #expect(!lines.contains { $0.hasPrefix("8") })
  }
}
