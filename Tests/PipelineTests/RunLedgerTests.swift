import FrameCore
import FrameLatency
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// What a run lacks, and why: told from where its frames lay and what was read there.
@Suite struct RunLedgerTests {
  /// A ledger, and frames by short names.
  private struct Book {
    var ledger = RunLedger()

    mutating func assign(
      _ partition: Int32, _ offset: Int64, _ cause: PartitionBeginning.Cause, lost: Range<Int64> = 0..<0,
      of count: Int = 1
    ) {
      let beginning = PartitionBeginning(partition: partition, offset: offset, cause: cause, lost: lost)
      ledger.assigned([beginning], of: count)
    }

    private func place(_ partition: Int32, _ offset: Int64, _ generation: Int) -> RecordPlace {
      RecordPlace(partition: partition, offset: offset, assignment: 1, generation: generation)
    }

    /// - Returns: whether it is to be decoded.
    @discardableResult
    mutating func frame(
      _ run: String, _ sequence: Int?, _ partition: Int32, _ offset: Int64, generation: Int = 0
    ) -> Bool {
      let place = place(partition, offset, generation)
      let isAgain = ledger.noteReceived(place)
      let identity = FrameIdentity(feed: "drone", run: run, sequence: sequence)
      return ledger.noteFrame(identity, place, isAgain: isAgain)
    }

    mutating func end(_ run: String, _ count: Int, _ partition: Int32, _ offset: Int64, generation: Int = 0) {
      let place = place(partition, offset, generation)
      let isAgain = ledger.noteReceived(place)
      let identity = FrameIdentity(feed: "drone", run: run, sequence: nil)
      ledger.noteEnd(identity, count: count, place, isAgain: isAgain)
    }

    /// What becomes of frames that arrived.
    mutating func infer(_ run: String, _ count: Int = 1) {
      for _ in 0..<count { ledger.noteInferred(FrameIdentity(feed: "drone", run: run, sequence: nil), 0) }
    }

    /// Runs of one frame each, as a camera that reconnects makes them, from an offset on.
    /// - Returns: the next offset.
    @discardableResult
    mutating func shortRuns(_ names: Range<Int>, from offset: Int64) -> Int64 {
      var offset = offset
      for name in names {
        frame("r\(name)", 0, 0, offset)
        infer("r\(name)")
        end("r\(name)", 1, 0, offset + 1)
        offset += 2
      }
      return offset
    }

    func absences(_ run: String, unread: Set<Int32> = []) -> [RunLedger.Absence?: Int] {
      ledger.absences(of: ledger.runs[.init(feed: "drone", run: run)]!) { unread.contains($0) }
    }

    func summary(unread: Set<Int32> = []) -> RunLedger.Summary { ledger.summary { unread.contains($0) } }
  }

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

  /// A partition that another sink read meanwhile.
  @Test func aPartitionThatCameBack() {
    var book = Book()
    book.assign(0, 0, .beginning)
    for sequence in 0..<5 { book.frame("r", sequence, 0, Int64(sequence)) }
    book.ledger.revoked([0])
    #expect(!book.ledger.hasOpen)
    book.assign(0, 20, .committed)
    book.frame("r", 20, 0, 20)
    book.end("r", 21, 0, 21)
    #expect(book.absences("r") == [.readElsewhere: 15])
    #expect(book.summary().isWhole)
  }

  /// The other one died before its answers were committed: what comes again is known by its place.
  @Test func recordsThatComeAgainAreDuplicates() {
    var book = Book()
    book.assign(0, 0, .beginning)
    for sequence in 0..<5 { book.frame("r", sequence, 0, Int64(sequence)) }
    book.frame("", nil, 0, 5)
    book.ledger.revoked([0])
    book.assign(0, 2, .committed)
    let again = (2..<5).map { book.frame("r", $0, 0, Int64($0)) } + [book.frame("", nil, 0, 5)]
    #expect(again == [false, false, false, false])
    let isNew = book.frame("r", 5, 0, 6)
    #expect(isNew)
    let totals = book.summary().totals
    #expect(totals.duplicate == 4 && totals.received == 7 && totals.missing == 0)
  }

  /// Records without numbers at offsets that were read before the topic was made anew.
  @Test func aTopicMadeAnewIsReadAnew() {
    var book = Book()
    book.assign(0, 0, .beginning)
    for offset: Int64 in 0..<100 { book.frame("", nil, 0, offset) }
    book.frame("r", 0, 0, 100)
    book.ledger.recreated(0, beginning: 0)
    // Its end went with the topic.
    #expect(!book.ledger.hasOpen)
    let new = (Int64(0)..<50).map { book.frame("", nil, 0, $0, generation: 1) }
    #expect(new.allSatisfy { $0 })
    let closed = book.summary()
    #expect(!closed.isWhole && closed.feeds.contains { $0.reasons?.last?.contains("recreated") ?? false })
    // The source went on: what lay between is gone.
    book.frame("r", 9, 0, 50, generation: 1)
    #expect(book.ledger.hasOpen)
    book.end("r", 10, 0, 51, generation: 1)
    #expect(book.absences("r") == [.recreated: 8])
    let summary = book.summary()
    #expect(summary.totals.lost == 8 && summary.totals.received == 152 && !summary.isWhole)
  }

  /// The ledger is told at once; records that were fetched before are still on their way through the queues.
  @Test func recordsOnTheirWayBelongToTheTopicBefore() {
    var book = Book()
    book.assign(0, 0, .beginning)
    for offset: Int64 in 0..<100 { book.frame("", nil, 0, offset) }
    book.ledger.recreated(0, beginning: 0)
    let old = (Int64(100)..<103).map { book.frame("", nil, 0, $0, generation: 0) }
    let new = (Int64(0)..<30).map { book.frame("r", Int($0), 0, $0, generation: 1) }
    book.end("r", 30, 0, 30, generation: 1)
    #expect(old.allSatisfy { $0 } && new.allSatisfy { $0 })
    #expect(book.absences("r") == [:] && book.summary().totals.duplicate == 0)
  }

  @Test func recordsOnTheirWayBeforeDeletedOnesAreNew() {
    var book = Book()
    book.assign(0, 0, .beginning)
    book.frame("", nil, 0, 0)
    book.ledger.noteLost(0, 17..<40, .deleted)
    let queued = (Int64(1)..<17).map { book.frame("r", Int($0 - 1), 0, $0) }
    #expect(queued.allSatisfy { $0 })
    book.frame("r", 20, 0, 40)
    #expect(book.absences("r") == [.deleted: 4] && book.summary().totals.lost == 23)
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
