import Testing

@testable import FrameLatency

/// Figures of each feed, however many there are.
@Suite struct FeedTableTests {
  private func total(_ table: FeedTable) -> (received: Int, inferred: Int, timed: Int) {
    table.entries.reduce((0, 0, table.latencies.reduce(0) { $0 + ($1.endToEnd?.count ?? 0) })) {
      ($0.0 + $1.received, $0.1 + $1.inferred, $0.2)
    }
  }

  @Test func feedsAreApart() throws {
    var table = FeedTable()
    for number in 1...10 {
      table.received("gate", at: Int64(number))
      table.inferred("gate", latency: 5_000_000)
    }
    table.received("dock", at: 77)
    table.inferred("dock", latency: nil)
    table.rejected("dock")
    table.dropped("dock")
    let latencies = table.latencies
    #expect(latencies.map(\.feed) == ["dock", "gate"] && latencies.map(\.inferred) == [1, 10])
    // Of clocks that cannot be compared nothing is said.
    #expect(latencies[0].endToEnd == nil && latencies[1].endToEnd?.p99 == 5)
    let dock = try #require(table.entries.first { $0.feed == "dock" })
    #expect(dock.rejected == 1 && dock.dropped == 1 && dock.lastSeen == 77)
  }

  @Test func feedsHaveWindows() {
    var table = FeedTable()
    func window(_ feed: String) -> Int? { table.entries.first { $0.feed == feed }?.window?.count }
    table.inferred("gate", latency: 1000)
    table.inferred("gate", latency: 1000)
    #expect(window("gate") == nil)
    table.roll(to: 1, 0..<64)
    #expect(window("gate") == 2)
    table.inferred("dock", latency: 1000)
    #expect(window("gate") == 2 && window("dock") == nil)
    table.roll(to: 2, 0..<64)
    #expect(window("gate") == nil && window("dock") == 1)
    // A slot that was not rolled on is when its feed is heard of.
    table.inferred("gate", latency: 1000)
    table.roll(to: 3, 1..<64)
    table.inferred("gate", latency: 1000)
    #expect(window("gate") == 1 && window("dock") == nil)
  }

  /// A feed that is heard of stays; of the others nothing is lost but the name.
  @Test func hostileNamesShareAnEntry() throws {
    var table = FeedTable()
    let feeds = 2500
    for number in 0..<feeds {
      table.received("hostile \(number)", at: 1)
      table.inferred("hostile \(number)", latency: 2_000_000)
      table.received("camera", at: Int64(number))
      table.inferred("camera", latency: 1_000_000)
    }
    #expect(table.count == FeedTable.maximumFeeds && table.entries.count <= FeedTable.maximumFeeds + 1)
    #expect(total(table) == (2 * feeds, 2 * feeds, 2 * feeds))
    let latencies = table.latencies
    let camera = try #require(latencies.first { $0.feed == "camera" })
    #expect(camera.inferred == feeds && camera.endToEnd?.count == feeds && camera.endToEnd?.max == 1)
    let others = try #require(latencies.first { $0.feed == FeedTable.others })
    #expect(others.inferred > feeds - FeedTable.maximumFeeds - 1 && others.endToEnd?.p50 == 2)
    #expect(Set(latencies.map(\.feed)).count == latencies.count)
  }

  /// One that comes again after it made room begins anew: the sums are right all the same, also those of the window.
  @Test func feedsThatComeAgainAreNotCountedTwice() throws {
    var table = FeedTable()
    for round in 0..<2 {
      for number in 0..<1300 {
        table.received("feed \(number)", at: 1)
        table.inferred("feed \(number)", latency: Int64(1_000_000 * (round + 1)))
      }
    }
    #expect(total(table) == (2600, 2600, 2600))
    for start in stride(from: 0, to: table.count, by: 64) { table.roll(to: 1, start..<start + 64) }
    #expect(table.entries.reduce(0) { $0 + ($1.window?.count ?? 0) } == 2600)
    table.inferred("feed 7", latency: 1)
    #expect(table.entries.reduce(0) { $0 + ($1.window?.count ?? 0) } <= 2600)
  }

  @Test func aFeedThatIsCalledSoIsCountedThere() {
    var table = FeedTable()
    table.received(FeedTable.others, at: 1)
    table.inferred(FeedTable.others, latency: 5)
    #expect(table.latencies.map(\.feed) == [FeedTable.others] && table.latencies[0].inferred == 1)
    #expect(table.count == 0)
  }

  @Test func threadsMayCountTogether() async {
    let tally = FeedTally()
    #expect(tally.latencies == nil && tally.notes.isEmpty)
    let recorder = LatencyRecorder()
    recorder.rotate(at: 0)
    await withTaskGroup(of: Void.self) { group in
      for thread in 0..<4 {
        group.addTask {
          for number in 0..<400 {
            tally.received("feed \(thread) \(number)", at: 1)
            tally.inferred("feed \(thread) \(number)", latency: 1000)
            guard thread == 0, number % 20 == 0 else { continue }
            if let window = recorder.rotate(at: Int64(number) * 1_000_000_000) { tally.rotate(to: window) }
            _ = tally.entries
          }
        }
      }
    }
    #expect(tally.entries.reduce(0) { $0 + $1.received } == 1600)
    #expect(tally.latencies?.reduce(0) { $0 + $1.inferred } == 1600)
    #expect(tally.notes.first?.contains("more than 1024 feeds") == true)
  }

  // MARK: in reports

  private func report(_ feeds: [RunReport.FeedLatency]?, seconds: Double) -> RunReport {
    RunReport(
      command: "sink", started: "2026-11-24T10:00:00Z", durationSeconds: seconds,
      host: HostDescription(cores: 2, cpu: "test"), broker: "localhost:9092",
      rate: RunReport.Rate(fps: 1, megabytesPerSecond: 1), perFeed: feeds)
  }

  /// Percentiles of two reports cannot be added; those of a feed that one alone has are right.
  @Test func mergingAddsCountsAlone() throws {
    let summary = StageSummary(count: 2, min: 1, mean: 1, p50: 1, p90: 1, p99: 1, p999: 1, max: 1)
    let merged = try RunReport.merge([
      ("a", report([.init(feed: "gate", inferred: 2, endToEnd: summary)], seconds: 1)),
      (
        "b",
        report(
          [
            .init(feed: "dock", inferred: 3, endToEnd: summary),
            .init(feed: "gate", inferred: 5, endToEnd: summary),
          ], seconds: 2)
      ),
      ("c", report(nil, seconds: 3)),
    ])
    #expect(
      merged.perFeed == [
        .init(feed: "dock", inferred: 3, endToEnd: summary), .init(feed: "gate", inferred: 7, endToEnd: nil),
      ])
    let none = try RunReport.merge([("a", report(nil, seconds: 1)), ("b", report(nil, seconds: 2))])
    #expect(none.perFeed == nil && !none.json().contains("perFeed"))
  }

  private func run(_ number: Int, complete: Bool) -> FeedReport {
    FeedReport(
      feed: "f\(number)", run: "r", frames: FrameCounts(received: number, missing: complete ? 0 : 1),
      complete: complete)
  }

  /// The exit table of a sink of days: what is not complete first, and one line for the rest.
  @Test func theTableListsTwentyRuns() {
    var report = report(nil, seconds: 1)
    report.feeds = (0..<1000).map { run($0, complete: $0 % 100 != 99) }
    let lines = report.table().split(separator: "\n").filter { $0.hasPrefix("feed    ") }
    #expect(lines.count == 21)
    #expect(lines.prefix(10).allSatisfy { $0.hasSuffix("  not complete") })
    #expect(lines[10] == "feed    f0  run r  received 0  missing 0  complete")
    #expect(lines.last == "feed    and 980 further runs:  980 complete")
    #expect(report.table().split(separator: "\n")[0].contains(" and 980 more  broker"))
    report.feeds = (0..<50).map { run($0, complete: false) }
    #expect(report.table().contains("\nfeed    and 30 further runs:  30 not complete"))
    report.feeds = (0..<20).map { run($0, complete: true) }
    #expect(!report.table().contains("further runs"))
  }
}
