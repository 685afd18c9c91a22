import Testing

@testable import KafkaTransport

@Suite struct PartitionProgressTests {
  private func progress(
    at offset: Int64, _ cause: PartitionBeginning.Cause = .committed, lost: Range<Int64> = 0..<0
  ) -> PartitionProgress {
    PartitionProgress(PartitionBeginning(partition: 0, offset: offset, cause: cause, lost: lost))
  }

  private func ends(
    _ progress: inout PartitionProgress, _ log: Range<Int64>, later: Int64? = nil
  ) -> PartitionProgress.LogEnds {
    PartitionProgress.LogEnds(question: progress.ask(), log: log, firstLater: later)
  }

  @Test func whereReadingBegins() {
    func beginning(_ committed: Int64?, _ log: Range<Int64>, chosen: Int64? = nil, anew: Bool = false)
      -> PartitionBeginning
    {
      PartitionBeginning(partition: 3, committed: committed, chosen: chosen, log: log, isAnother: anew)
    }
    func expected(_ offset: Int64, _ cause: PartitionBeginning.Cause, _ lost: Range<Int64> = 0..<0)
      -> PartitionBeginning
    {
      PartitionBeginning(partition: 3, offset: offset, cause: cause, lost: lost)
    }
    #expect(beginning(nil, 5..<9) == expected(5, .beginning))
    #expect(beginning(7, 5..<9) == expected(7, .committed))
    #expect(beginning(9, 5..<9, chosen: 9) == expected(9, .chosen))
    #expect(beginning(5, 5..<9, chosen: 5) == expected(5, .beginning))
    #expect(beginning(2, 5..<9) == expected(5, .committed, 2..<5))
    #expect(beginning(10, 5..<9) == expected(5, .recreated))
    #expect(beginning(7, 0..<9, anew: true) == expected(0, .recreated))
  }

  /// The position stays before the first record that is not done, in whatever order they are.
  @Test func positionsDoNotPassWhatIsInHand() {
    var progress = progress(at: 5)
    for offset: Int64 in [5, 6, 9, 10] { #expect(progress.fetched(offset, timestamp: nil).isNext) }
    progress.done(6)
    progress.done(10)
    #expect(progress.markStored() == nil)
    progress.done(5)
    #expect(progress.markStored() == .store(9))
    #expect(progress.markStored() == nil)
    progress.done(9)
    #expect(progress.markStored() == .store(11))
    // What lies between the last record and the end is no record.
    #expect(progress.reachedEnd(13) == (true, []))
    #expect(progress.markStored() == .store(13))
    // An end before what was read is none of this log.
    #expect(progress.reachedEnd(9) == (false, [.ask]))
  }

  @Test func aDamagedRecordIsFetchedAgainAndThenGivenUp() {
    var progress = progress(at: 5)
    #expect(progress.fetched(5, timestamp: nil).isNext)
    for _ in 0..<PartitionProgress.tries {
      #expect(progress.cameDamaged("CRC") == [.damaged(6, isGivenUp: false, reason: "CRC"), .seek(6)])
    }
    #expect(progress.cameDamaged("CRC") == [.damaged(6, isGivenUp: true, reason: "CRC"), .seek(7)])
    #expect(progress.cameDamaged("CRC") == [.damaged(7, isGivenUp: false, reason: "CRC"), .seek(7)])
    #expect(progress.fetched(7, timestamp: nil).isNext)
    #expect(progress.cameDamaged("CRC") == [.damaged(8, isGivenUp: false, reason: "CRC"), .seek(8)])
  }

  /// A client that went back by itself is sent to where reading stands; what it brings until then is dropped.
  @Test func aResetGoesOnWhereReadingStands() {
    var progress = progress(at: 5)
    #expect(progress.fetched(5, timestamp: nil).isNext)
    let back = progress.fetched(0, timestamp: nil)
    #expect(!back.isNext && back.actions == [.ask])
    #expect(progress.fetched(6, timestamp: nil) == (false, []))
    do {
      let told = ends(&progress, 0..<20)
      #expect(progress.noteEnds(told) == [.seek(6)])
    }
    #expect(progress.fetched(6, timestamp: nil).isNext)
    // A seek that failed is asked again.
    #expect(progress.positionIsGone() == [.ask])
    #expect(progress.fetched(7, timestamp: nil) == (false, []))
    do {
      let told = ends(&progress, 0..<20)
      #expect(progress.noteEnds(told) == [.seek(7)])
    }
  }

  @Test func recordsDeletedUnderThePositionAreLost() {
    var progress = progress(at: 5)
    #expect(progress.fetched(5, timestamp: nil).isNext)
    #expect(progress.positionIsGone() == [.ask])
    do {
      let told = ends(&progress, 40..<90)
      #expect(progress.noteEnds(told) == [.lost(6..<40), .seek(40)])
    }
    #expect(progress.fetched(40, timestamp: nil).isNext)
    // What is in hand is still to be answered.
    #expect(progress.markStored() == nil)
    progress.done(5)
    #expect(progress.markStored() == .store(40))
  }

  /// What was deleted before the beginning is told once: the position goes past it without a record.
  @Test func recordsDeletedBeforeTheBeginningAreLost() {
    var progress = progress(at: 40, lost: 6..<40)
    #expect(progress.markStored() == .store(40))
    #expect(progress.markStored() == nil)
  }

  /// Control records and what compaction took.
  @Test func aForwardJumpIsNoLoss() {
    var progress = progress(at: 5)
    #expect(progress.fetched(5, timestamp: nil) == (true, [.ask]))
    #expect(progress.fetched(9, timestamp: nil) == (true, []))
    progress.done(5)
    #expect(progress.markStored() == .store(9))
  }

  @Test func aShorterLogIsAnother() {
    var progress = progress(at: 5)
    #expect(progress.fetched(5, timestamp: nil).isNext)
    do {
      let told = ends(&progress, 0..<6)
      #expect(progress.noteEnds(told) == [])
    }
    let anew = ends(&progress, 0..<3)
    #expect(
      progress.noteEnds(anew) == [
        .recreated(from: 6, beginning: 0), .store(0), .commit(0), .seek(0),
      ])
    // What is in hand is of the log before.
    progress.done(5)
    #expect(progress.markStored() == nil)
    #expect(progress.fetched(0, timestamp: nil).isNext)
  }

  /// As long as the old one or longer: known by records before the position that are later than all that were read.
  @Test func aLongerLogIsKnownByItsTimes() {
    var progress = progress(at: 5)
    #expect(progress.fetched(5, timestamp: 1000).isNext)
    #expect(progress.mark == nil)
    do {
      let told = ends(&progress, 0..<9, later: 6)
      #expect(progress.noteEnds(told) == [])
    }
    let early = ends(&progress, 0..<9)
    // Records of the new log are handed out before the brokers are asked: the mark is older than they.
    for offset: Int64 in 6..<9 { #expect(progress.fetched(offset, timestamp: 9000).isNext) }
    #expect(progress.mark == .init(newest: 1000, first: 6))
    let anew = ends(&progress, 0..<90, later: 0)
    #expect(
      progress.noteEnds(anew) == [
        .recreated(from: 9, beginning: 0), .store(0), .commit(0), .seek(0),
      ])
    // An answer from before is late.
    #expect(progress.noteEnds(early) == [])
    #expect(progress.fetched(0, timestamp: 5000).isNext)
  }

  /// Records from before the beginning may carry any time, and behind the last record that was read there may be later
  /// ones that no client is handed: the ends of transactions, and what was aborted.
  @Test func aLogWithLaterRecordsBeforeIsNotTakenForAnother() {
    var progress = progress(at: 5)
    #expect(progress.fetched(5, timestamp: 1000).isNext)
    do {
      let told = ends(&progress, 0..<9, later: 2)
      #expect(progress.noteEnds(told) == [])
    }
    do {
      let told = ends(&progress, 0..<9, later: 2)
      #expect(progress.noteEnds(told) == [])
    }
    #expect(progress.mark == .init(newest: 1000, first: 2))
    let anew = ends(&progress, 0..<9, later: 1)
    #expect(progress.noteEnds(anew).first == .recreated(from: 6, beginning: 0))
  }

  @Test func theEndOfATransactionIsNotTakenForAnotherLog() {
    var progress = progress(at: 0)
    for offset: Int64 in 0..<3 { #expect(progress.fetched(offset, timestamp: 1000).isNext) }
    // Its end is at 3, where no record comes from.
    _ = progress.reachedEnd(4)
    for _ in 0..<3 {
      let told = ends(&progress, 0..<4, later: 3)
      #expect(progress.noteEnds(told) == [])
    }
    #expect(progress.mark == .init(newest: 1000, first: 3))
    for offset: Int64 in 4..<7 { #expect(progress.fetched(offset, timestamp: 2000).isNext) }
    _ = progress.reachedEnd(8)
    let told = ends(&progress, 0..<8, later: 3)
    #expect(progress.noteEnds(told) == [])
    let anew = ends(&progress, 0..<90, later: 0)
    #expect(progress.noteEnds(anew).first == .recreated(from: 8, beginning: 0))
  }

  /// More records come while the question is under way.
  @Test func aLateAnswerIsOfItsTime() {
    var progress = progress(at: 5)
    let asked = progress.ask()
    for offset: Int64 in 5..<50 { #expect(progress.fetched(offset, timestamp: offset).isNext) }
    let ends = PartitionProgress.LogEnds(question: asked, log: 0..<9, firstLater: nil)
    #expect(progress.noteEnds(ends) == [])
    #expect(progress.next == 50)
  }

  @Test func whatLeavesHandsOutNothing() {
    var progress = progress(at: 5)
    #expect(progress.fetched(5, timestamp: nil).isNext)
    progress.leave()
    #expect(progress.fetched(6, timestamp: nil) == (false, []))
    #expect(progress.cameDamaged("CRC") == [] && progress.positionIsGone() == [])
    #expect(!progress.isAnswered && !progress.isConfirmed)
    progress.done(5)
    #expect(progress.isAnswered && progress.answered == 6)
    var told = ends(&progress, 0..<9)
    #expect(progress.noteEnds(told) == [] && !progress.isConfirmed)
    told.question = progress.ask(isFinal: true)
    #expect(progress.noteEnds(told) == [] && progress.isConfirmed)
  }

  /// Whoever comes next is not to begin where the topic that is no more was read to.
  @Test func thePositionOfALostTopicIsNotHandedOver() {
    var progress = progress(at: 5)
    #expect(progress.fetched(5, timestamp: nil).isNext)
    progress.leave()
    let told = ends(&progress, 0..<2)
    #expect(progress.noteEnds(told) == [.recreated(from: 6, beginning: 0), .store(0), .commit(0)])
    #expect(progress.isConfirmed && progress.isAnswered && progress.answered == 0)
  }
}
