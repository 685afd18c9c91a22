import FrameCore
import FrameLatency
import Testing

@testable import FrameFeed
@testable import KafkaTransport

/// Partitions and topics that are read again, from another place.
extension RunLedgerTests {
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
}
