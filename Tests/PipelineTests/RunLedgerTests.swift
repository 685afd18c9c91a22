import FrameCore
import FrameLatency
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// What a run lacks, and why: told from where its frames lay and what was read there.
@Suite struct RunLedgerTests {
  @Test func aWholeRunIsComplete() {
    var book = Book()
    book.assign(0, 0, .beginning)
    for sequence in 0..<5 {
      let isNew = book.frame("r", sequence, 0, Int64(sequence))
      #expect(isNew)
    }
    #expect(book.ledger.hasOpen)
    book.end("r", 5, 0, 5)
    let summary = book.summary()
    #expect(summary.isWhole && !book.ledger.hasOpen && summary.feeds[0].complete && summary.notes.isEmpty)
    #expect(summary.totals.received == 5 && summary.totals.missing == 0 && summary.totals.notRead == 0)
  }

  /// What its source did not send is told, is no loss, and is counted once however often it is said.
  @Test func whatASourceDidNotSend() {
    var book = Book()
    book.assign(0, 0, .beginning)
    let identity = FrameIdentity(feed: "drone", run: "r", sequence: nil)
    let place = RecordPlace(partition: 0, offset: 0, assignment: 1, generation: 0)
    for (sequence, dropped) in [0, 3, 3].enumerated() {
      book.frame("r", sequence, 0, Int64(sequence))
      book.ledger.passedOver(identity, dropped, place)
    }
    book.end("r", 3, 0, 3)
    book.ledger.passedOver(identity, 7, place)
    let summary = book.summary()
    #expect(summary.isWhole && summary.totals.notSent == 7 && summary.totals.missing == 0)
    // Of a run that nobody knows, nothing is kept.
    book.ledger.passedOver(FrameIdentity(feed: "x", run: "y", sequence: nil), 7, place)
    #expect(book.ledger.runs.count == 1)
  }

  @Test func aHoleIsMissing() {
    var book = Book()
    book.assign(0, 0, .beginning)
    for (offset, sequence) in [0, 1, 4].enumerated() { book.frame("r", sequence, 0, Int64(offset)) }
    book.end("r", 7, 0, 3)
    #expect(book.absences("r") == [nil: 4])
    let summary = book.summary()
    #expect(!summary.isWhole && summary.totals.missing == 4 && !summary.feeds[0].complete)
    #expect(summary.feeds[0].reasons?.first?.hasPrefix("missing 4") == true)
  }

  /// A hand-written end record, after which more was found.
  @Test func anEndThatIsTooSmallHidesNothing() {
    var book = Book()
    book.assign(0, 0, .beginning)
    for (offset, sequence) in [0, 1, 3, 4].enumerated() { book.frame("r", sequence, 0, Int64(offset)) }
    book.end("r", 2, 0, 4)
    #expect(book.absences("r") == [nil: 1])
  }

  /// What lies before the group's position was read by it.
  @Test func aRunIsGoneOnWith() {
    var book = Book()
    book.assign(0, 30, .committed)
    for sequence in 30..<33 { book.frame("r", sequence, 0, Int64(sequence)) }
    book.end("r", 33, 0, 33)
    #expect(book.absences("r") == [.readElsewhere: 30])
    let summary = book.summary()
    #expect(summary.isWhole && summary.totals.missing == 0 && summary.totals.notRead == 0)
    #expect(summary.feeds[0].complete)
  }

  @Test func whatTheUserChoseNotToReadIsNotRead() {
    var book = Book()
    book.assign(0, 30, .chosen)
    book.frame("r", 30, 0, 30)
    book.end("r", 31, 0, 31)
    let summary = book.summary()
    #expect(book.absences("r") == [.beforeChoice: 30])
    #expect(summary.isWhole && summary.totals.notRead == 30 && !summary.feeds[0].complete)
  }

  @Test func whatRetentionHadTakenIsNotReadAndTold() {
    var book = Book()
    book.assign(0, 30, .beginning)
    book.frame("r", 30, 0, 30)
    book.end("r", 31, 0, 31)
    let summary = book.summary()
    #expect(book.absences("r") == [.beforeGroup: 30])
    #expect(!summary.isWhole && summary.totals.notRead == 30 && summary.totals.missing == 0)
  }

  @Test func whatWasDeletedUnderTheGroupIsLost() {
    var book = Book()
    book.assign(0, 0, .beginning)
    for sequence in 0..<5 { book.frame("r", sequence, 0, Int64(sequence)) }
    book.ledger.noteLost(0, 5..<20, .deleted)
    book.frame("r", 20, 0, 20)
    book.end("r", 21, 0, 21)
    let summary = book.summary()
    #expect(book.absences("r") == [.deleted: 15])
    #expect(!summary.isWhole && summary.totals.lost == 15 && summary.totals.missing == 0)
    // Also where nothing later of a run shows it.
    book.ledger.noteLost(0, 22..<30, .deleted)
    #expect(book.summary().totals.lost == 23)
  }

  /// Deleted between two starts: the group stood at 10.
  @Test func whatWasDeletedBeforeTheStartIsLost() {
    var book = Book()
    book.assign(0, 40, .committed, lost: 10..<40)
    book.frame("r", 40, 0, 40)
    book.end("r", 41, 0, 41)
    #expect(book.absences("r") == [.deleted: 30, .readElsewhere: 10])
    #expect(book.summary().totals.lost == 30)
  }

  /// A feed that moved to a partition that was new then: what came before was read, in the other one.
  @Test func aFeedThatMovedBetweenTwoStarts() {
    var book = Book()
    book.assign(0, 50, .committed, of: 2)
    book.assign(1, 0, .beginning, of: 2)
    for sequence in 50..<60 { book.frame("r", sequence, 1, Int64(sequence - 50)) }
    book.end("r", 60, 1, 10)
    #expect(book.absences("r") == [.readElsewhere: 50])
    #expect(book.summary().isWhole)
  }

  /// While both are read, whichever comes first.
  @Test func aFeedThatMoves() {
    var book = Book()
    for partition: Int32 in 0..<2 { book.assign(partition, 0, .beginning, of: 2) }
    for sequence in 0..<3 { book.frame("r", sequence, 0, Int64(sequence)) }
    for sequence in 6..<9 { book.frame("r", sequence, 1, Int64(sequence - 6)) }
    book.end("r", 9, 1, 3)
    // The rest of the first partition is still to come, or was not waited for.
    #expect(book.absences("r", unread: [0]) == [.afterStop: 3])
    #expect(book.absences("r") == [nil: 3])
    for sequence in 3..<6 { book.frame("r", sequence, 0, Int64(sequence)) }
    #expect(book.absences("r") == [:] && book.summary().feeds[0].complete)
    #expect(book.summary().totals.reordered == 3)
  }

  /// A record that comes damaged each time is given up: told by its reason, also where it had no number.
  @Test func whatCameDamagedIsLost() {
    var book = Book()
    book.assign(0, 0, .beginning)
    book.frame("r", 0, 0, 0)
    book.ledger.noteLost(0, 1..<2, .damaged)
    book.frame("r", 2, 0, 2)
    book.end("r", 3, 0, 3)
    let summary = book.summary()
    #expect(book.absences("r") == [.damaged: 1] && summary.totals.lost == 1 && summary.totals.missing == 0)
    #expect(!summary.isWhole)
  }

  /// Two runs of one feed, of which one went before the group began.
  @Test func runsOfOneFeedAreApart() {
    var book = Book()
    book.assign(0, 25, .committed)
    for at in 0..<10 {
      book.frame("a", 12 + at, 0, Int64(25 + 2 * at))
      book.frame("b", 13 + at, 0, Int64(26 + 2 * at))
    }
    book.end("a", 22, 0, 45)
    book.end("b", 23, 0, 46)
    #expect(book.absences("a") == [.readElsewhere: 12] && book.absences("b") == [.readElsewhere: 13])
    #expect(book.summary().isWhole)
  }

  @Test func whatIsWaitedForIsTheFirstOfThem() {
    var book = Book()
    #expect(book.ledger.firstOpen == nil)
    book.assign(0, 0, .beginning)
    for (offset, run) in ["c", "a", "b"].enumerated() { book.frame(run, offset, 0, Int64(offset)) }
    let first = book.ledger.firstOpen
    #expect(first?.run.identity.run == "a" && first?.run.last == 1 && first?.count == 3)
    #expect(book.ledger.open.map(\.identity.run) == ["a", "b", "c"])
  }

  @Test func hostileNumbersDoNotTrap() {
    var book = Book()
    book.assign(0, .max - 5, .committed)
    book.frame("r", .max, 0, .max - 5)
    book.frame("r", 0, 0, .max - 4)
    book.end("r", .max, 0, .max - 3)
    book.frame("s", .max, 0, .max - 2)
    #expect(book.summary().totals.received == 3)
  }
}
