import FrameCore
import Testing

@testable import FrameLatency

/// Which clocks are kept, and which stamps are brought to ours.
@Suite struct ClockTableTests {
  static let second: Int64 = 1_000_000_000

  /// An answer of a clock that is `offset` ahead, known to half the time under way.
  private func exchange(at asked: Int64, offset: Int64, underWay: Int64 = 2000) throws -> ClockExchange {
    let middle = asked + underWay / 2 + offset
    return try #require(
      ClockExchange(asked: asked, received: middle, answered: middle, heard: asked + underWay))
  }

  /// After 64 restarts of sources no new one was corrected any more.
  @Test func aNewClockTakesThePlaceOfTheOneUnheardForLongest() throws {
    var table = ClockTable()
    let now = 1000 * Self.second
    for number in 0..<200 {
      table.add(try exchange(at: now, offset: Int64(number) * Self.second), "boot \(number)")
      #expect(table.count("boot \(number)", at: now) == Int64(number) * Self.second)
      // This one goes on all the time.
      _ = table.count("boot 0", at: now)
    }
    let reports = table.reports(at: now)
    #expect(reports.count == ClockTable.maximumClocks + 1)
    #expect(reports.reduce(0) { $0 + $1.frames } == 400)
    #expect(reports.reduce(0) { $0 + $1.corrected } == 400)
    let kept = reports.first { $0.domain == "boot 0" }
    #expect(kept?.frames == 201 && kept?.corrected == 201)
    #expect(reports.contains { $0.domain == "boot 199" } && !reports.contains { $0.domain == "boot 100" })
    let further = reports.first { $0.domain == ClockTable.furtherClocks }
    #expect(further?.frames == 136 && further?.offsetMs == nil)
  }

  /// One that left and comes back begins anew.
  @Test func aClockThatLeftIsNotCorrectedBeforeItAnswersAgain() throws {
    var table = ClockTable()
    table.add(try exchange(at: 0, offset: 5), "a")
    for number in 0..<ClockTable.maximumClocks { _ = table.count("other \(number)", at: 0) }
    #expect(table.count("a", at: 0) == nil)
    table.add(try exchange(at: 0, offset: 5), "a")
    #expect(table.count("a", at: 0) == 5)
  }

  /// An estimate of any age corrected.
  @Test func anOldAnswerCorrectsNothing() throws {
    var table = ClockTable()
    let heard = 1000 * Self.second
    table.add(try exchange(at: heard, offset: 7 * Self.second), "a")
    #expect(table.count("a", at: heard + ClockTable.oldestAnswer) == 7 * Self.second)
    #expect(table.count("a", at: heard + ClockTable.oldestAnswer + Self.second) == nil)
    table.add(try exchange(at: heard + 3600 * Self.second, offset: 7 * Self.second), "a")
    #expect(table.count("a", at: heard + 3601 * Self.second) == 7 * Self.second)
  }

  @Test func aVagueAnswerCorrectsNothing() throws {
    var table = ClockTable()
    // Known to 150 ms either way, then to 1 ms.
    table.add(try exchange(at: 1000 * Self.second, offset: 0, underWay: 300_000_000), "a")
    #expect(table.count("a", at: 1001 * Self.second) == nil)
    table.add(try exchange(at: 1002 * Self.second, offset: 0, underWay: 2_000_000), "a")
    #expect(table.count("a", at: 1003 * Self.second) == 0)
  }

  /// Two hosts that know no name for their clock are not one clock.
  @Test(arguments: [false, true]) func clocksWithoutANameAreNeverTheSame(isSynchronised: Bool) throws {
    let book = HostClocks(isSynchronised: isSynchronised)
    let source = SourceStamps(scheduled: 1, captured: 2, encoded: 3, sent: 4)
    book.add(try exchange(at: 0, offset: 5), clock: "unknown")
    var (clock, stamps): (String?, SourceStamps) = ("unknown", source)
    book.count(&clock, &stamps, at: 0)
    #expect(stamps == source && clock == "unknown" && !book.measures(clock))
    #expect(!book.wantsMore)
    let report = try #require(book.reports(at: 0)?.first)
    #expect(report.frames == 1 && report.corrected == 0 && report.offsetMs == nil)
    let note = report.note(isSynchronised: isSynchronised)
    #expect(note.contains("no name") && note.contains("not in transport and endToEnd"))
    // A frame of another tool, which names no clock, is measured as it was.
    #expect(book.measures(nil) == !isSynchronised)
  }
}
