import FrameCore
import FrameLatency
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// So many runs that the ledger keeps only the sums of some.
extension RunLedgerTests {
  /// Cameras that reconnect, or a key for each picture: no run is thrown away for their number.
  @Test func manyRunsAreCountedRight() {
    var book = Book()
    book.assign(0, 0, .beginning)
    var offset: Int64 = 0
    let runs = 25_000
    for number in 0..<runs {
      for sequence in 0..<2 {
        book.frame("r\(number)", sequence, 0, offset)
        offset += 1
      }
      book.end("r\(number)", 2, 0, offset)
      offset += 1
    }
    let summary = book.summary()
    #expect(summary.totals.received == 2 * runs && summary.totals.missing == 0 && summary.isWhole)
    #expect(book.ledger.runs.count <= RunLedger.maximumRuns && summary.feeds.count <= 1000)
    #expect(summary.notes == ["\(runs - summary.feeds.count) further runs are in the totals only"])
  }

  /// Days of cameras that reconnect: what is kept does not grow, and the sums are right.
  @Test func runsThatEndedWholeBecomeSums() {
    var book = Book()
    book.assign(0, 0, .beginning)
    let runs = 30_000
    let offset = book.shortRuns(0..<runs, from: 0)
    #expect(book.ledger.runs.count == EndedRuns.most && book.ledger.ended.count == EndedRuns.most)
    #expect(book.ledger.remembered.count == RetiredRuns.capacity)
    let summary = book.summary()
    #expect(summary.totals.received == runs && summary.totals.inferred == runs && summary.isWhole)
    #expect(summary.totals.missing == 0 && summary.totals.duplicate == 0 && !book.ledger.hasOpen)
    #expect(summary.feeds.count == 1000)
    #expect(summary.notes == ["\(runs - 1000) further runs are in the totals only"])
    // A record that is read again, of a run that is a sum.
    let isNew = book.frame("r0", 0, 0, 0)
    #expect(!isNew && book.summary().totals.duplicate == 1)
    // The fault of a run that became a sum is not forgotten.
    book.frame("bad", 0, 0, offset)
    book.ledger.noteRejected(
      FrameIdentity(feed: "drone", run: "bad", sequence: 0),
      RecordPlace(partition: 0, offset: offset, assignment: 1, generation: 0), arrived: true)
    book.end("bad", 1, 0, offset + 1)
    book.shortRuns(100_000..<115_000, from: offset + 2)
    #expect(book.ledger.runs[.init(feed: "drone", run: "bad")] != nil)
    #expect(!book.summary().isWhole && book.summary().feeds.contains { $0.run == "bad" && !$0.complete })
  }

  /// A tool that puts the records of a run on the topic a second time, at other offsets, long after.
  @Test func aRunThatComesOnceMoreIsKnown() {
    var book = Book()
    book.assign(0, 0, .beginning)
    for sequence in 0..<5 { book.frame("old", sequence, 0, Int64(sequence)) }
    book.infer("old", 5)
    book.end("old", 5, 0, 5)
    var offset = book.shortRuns(0..<3000, from: 6)
    #expect(book.ledger.runs[.init(feed: "drone", run: "old")] == nil)
    for sequence in [3, 4, 0] {
      let isNew = book.frame("old", sequence, 0, offset)
      #expect(!isNew)
      offset += 1
    }
    var summary = book.summary()
    #expect(summary.totals.duplicate == 3 && summary.totals.missing == 0 && summary.isWhole)
    #expect(summary.totals.received == 3005)
    // It becomes a sum again, and is one run for ever.
    offset = book.shortRuns(3000..<6000, from: offset)
    #expect(book.ledger.runs[.init(feed: "drone", run: "old")] == nil)
    summary = book.summary()
    #expect(summary.totals.duplicate == 3 && summary.isWhole)
    #expect(summary.notes == ["\(6001 - summary.feeds.count) further runs are in the totals only"])
    // Its end was too small: what comes behind it is new, and no frame is lost for that.
    let isNew = book.frame("old", 5, 0, offset)
    #expect(isNew)
    summary = book.summary()
    #expect(summary.totals.received == 6006 && summary.totals.missing == 0)
  }

  /// Frames that wait for a slow model while a thousand other runs come and go.
  @Test func aRunWithFramesInHandIsKept() {
    var book = Book()
    book.assign(0, 0, .beginning)
    for sequence in 0..<3 { book.frame("slow", sequence, 0, Int64(sequence)) }
    book.end("slow", 3, 0, 3)
    book.infer("slow")
    let offset = book.shortRuns(0..<3000, from: 4)
    #expect(book.ledger.runs[.init(feed: "drone", run: "slow")]?.inferred == 1)
    book.ledger.noteDropped(FrameIdentity(feed: "drone", run: "slow", sequence: 1), 0)
    book.infer("slow")
    book.shortRuns(3000..<5000, from: offset)
    #expect(book.ledger.runs[.init(feed: "drone", run: "slow")] == nil)
    let totals = book.summary().totals
    #expect(totals.inferred == 5002 && totals.droppedStale == 1 && totals.received == 5003)
  }

  /// Of so many runs without an end that some become sums while their frames are in hand.
  @Test func whatBecomesOfFramesIsCountedAlsoThen() {
    var book = Book()
    book.assign(0, 0, .beginning)
    let runs = 12_000
    for number in 0..<runs { book.frame("r\(number)", 0, 0, Int64(number)) }
    #expect(book.ledger.runs.count <= RunLedger.maximumRuns)
    for number in 0..<runs - 1 { book.infer("r\(number)") }
    book.ledger.noteRejected(
      FrameIdentity(feed: "drone", run: "r0", sequence: 0),
      RecordPlace(partition: 0, offset: 0, assignment: 1, generation: 0), arrived: true)
    let summary = book.summary()
    #expect(summary.totals.received == runs && summary.totals.inferred == runs - 1)
    #expect(summary.totals.rejected == 1 && !summary.isWhole)
    #expect(summary.feeds.allSatisfy { $0.frames.received == 1 })
  }
}
