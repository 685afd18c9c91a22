import Foundation
import FrameCore
import FrameLatency
import KafkaTransport
import Testing

@testable import FrameFeed

/// What is refused is hostile input, and may come without end: neither the log nor the disk fills up.
@Suite struct RejectionTests {
  private static let second: Int64 = 1_000_000_000

  @Test func twentyAMinuteAreTold() {
    var log = RejectionLog()
    var told = 0
    var summaries: [Int] = []
    // Ten a second for three minutes and a half.
    for tenth in 0..<2100 {
      let telling = log.note(at: Int64(tenth) * Self.second / 10)
      if telling.isTold { told += 1 }
      if let withheld = telling.withheld { summaries.append(withheld) }
    }
    #expect(told == 80 && summaries == [580, 580, 580])
    #expect(log.ended(at: 239 * Self.second) == nil)
    #expect(log.ended(at: 240 * Self.second) == 280)
    // Then it begins anew, and with few there is nothing to sum up.
    #expect(log.ended(at: 999 * Self.second) == nil)
    #expect(log.note(at: 1000 * Self.second) == RejectionLog.Telling(isTold: true, withheld: nil))
    #expect(log.ended(at: .max) == nil)
  }

  @Test func theLastFewAreKept() {
    var log = RejectionLog()
    let long = String(repeating: "x", count: 5000)
    for offset: Int64 in 0..<40 {
      log.keep(
        at: offset * Self.second, partition: 3, offset: offset, feed: offset == 39 ? long : nil, reason: long)
    }
    let last = log.last
    #expect(last.map(\.offset) == (24..<40).map { $0 } && last[0].time == "1970-01-01T00:00:24Z")
    #expect(last.allSatisfy { $0.reason.utf8.count == RejectionLog.longestText && $0.partition == 3 })
    #expect(last[15].feed?.utf8.count == RejectionLog.longestText && last[0].feed == nil)
  }

  /// In bytes, as characters may have any number of them; and no character is cut.
  @Test(arguments: [
    ("x", 200, 200), ("x", 201, 197), ("é", 100, 100), ("é", 150, 98), ("🛩️", 29, 28), ("e\u{301}", 67, 65),
    ("e" + String(repeating: "\u{301}", count: 200), 1, 0),
  ])
  func longTextsAreCutBetweenCharacters(character: String, count: Int, kept: Int) {
    var log = RejectionLog()
    let text = String(repeating: character, count: count)
    log.keep(at: 0, partition: 0, offset: 0, feed: text, reason: text)
    let expected = kept == count ? text : String(repeating: character, count: kept) + "…"
    #expect(log.last[0].reason == expected && log.last[0].feed == expected)
    #expect(log.last[0].reason.utf8.count <= RejectionLog.longestText)
  }

  private func record(_ offset: Int, bytes: Int = 3) -> Record {
    FakeConsumer.record(
      feed: "thief", [UInt8](repeating: 7, count: bytes), SampleFrame.place(offset))
  }

  /// The log says little, the counters all.
  @Test func aFloodIsCountedAndHardlyTold() throws {
    let lonely = try LonelySink()
    let clock = ManualClock()
    let rejections = Rejections(
      lonely.sink.options, lonely.sink.tally, lonely.sink.failure, letters: nil, now: { clock.now })
    let identity = FrameIdentity(feed: "thief", run: "r", sequence: nil)
    for offset in 0..<500 { rejections.reject(record(offset), identity, arrived: false, reason: "no frame") }
    #expect(lonely.lines.texts.count == 20)
    #expect(lonely.lines.texts.last == "frames[0]@19: rejected: no frame")
    lonely.sink.tick(at: clock.now)
    #expect(lonely.lines.texts.count == 20)
    clock.advance(milliseconds: 60_000)
    lonely.sink.tick(at: clock.now)
    lonely.sink.tick(at: clock.now)
    #expect(lonely.lines.texts.count == 21)
    #expect(
      lonely.lines.texts.last?.hasPrefix("frames: 480 further records were rejected within a minute") == true)
    #expect(lonely.sink.tally.rejected.value == 500)
    let totals = lonely.sink.tally.ledger.withLock { $0.summary { _ in false } }.totals
    #expect(totals.rejected == 500)
    let snapshot = lonely.sink.snapshot()
    #expect(snapshot.frames.rejected == 500 && snapshot.rejections?.map(\.offset).last == 499)
    #expect(snapshot.feeds?.map(\.feed) == ["thief"] && snapshot.feeds?[0].rejected == 500)
  }

  @Test func aQuotaThatIsUsedUpStaysSo() {
    var letters = LetterQuota(letters: 3, bytes: 1000)
    #expect([10, 20, 30, 1].map { letters.reserve($0) } == [true, true, true, false])
    var bytes = LetterQuota(letters: 100, bytes: 1000)
    #expect([600, 400, 1].map { bytes.reserve($0) } == [true, true, false])
    var large = LetterQuota(letters: 100, bytes: 1000)
    #expect([600, 401, 1].map { large.reserve($0) } == [true, false, false])
    #expect(LetterQuota.standard.letters == 100_000 && LetterQuota.standard.bytes == 1 << 30)
  }

  /// The feed goes on without letters; the records are read, and it is said once what to do.
  @Test func aDirectoryTakesSoManyLetters() throws {
    let path = NSTemporaryDirectory() + "letters-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let lonely = try LonelySink { $0.deadLetters = .directory(path) }
    let letters = try DeadLetterDirectory(path, quota: LetterQuota(letters: 5, bytes: 1 << 20))
    let rejections = Rejections(
      lonely.sink.options, lonely.sink.tally, lonely.sink.failure, letters: letters)
    for offset in 0..<12 { rejections.reject(record(offset), nil, arrived: false, reason: "no frame") }
    let files = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    #expect(files.count == 10 && files.first == "frames-0-0.json" && files.last == "frames-0-4.value")
    let told = lonely.lines.texts.filter { $0.contains("has as many dead letters") }
    #expect(told.count == 1)
    #expect(told.first?.hasPrefix("\(path) has as many") == true)
    #expect(told.first?.contains("--dead-letter kafka:TOPIC") == true)
    #expect(lonely.sink.tally.unkeptLetters.value == 7 && lonely.sink.tally.rejected.value == 12)
    #expect(lonely.sink.failure.error == nil)
  }
}
