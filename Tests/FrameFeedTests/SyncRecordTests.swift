import Testing

@testable import FrameFeed

/// Records of the sync topic are hostile input: exactly ours, or none.
@Suite struct SyncRecordTests {
  @Test func recordsAreReadAsWritten() {
    let records: [SyncRecord] = [
      .here(domain: "b2"), .ask(sink: "s", asked: 17),
      .answer(sink: "s", domain: "b2", asked: 1, received: 2, answered: .max),
    ]
    for record in records { #expect(SyncRecord(Array(record.text.utf8)) == record) }
  }

  @Test(arguments: [
    "", " ", "framefeed-sync/1", "framefeed-sync/1 here", "framefeed-sync/1 here ",
    "framefeed-sync/1 here a b",
    "framefeed-sync/2 here a", "framefeed-sync/1 ask s", "framefeed-sync/1 ask s -1",
    "framefeed-sync/1 ask s +1", "framefeed-sync/1 ask s 0x1", "framefeed-sync/1  ask s 1",
    "framefeed-sync/1 ask s 99999999999999999999", "framefeed-sync/1 ask s 1\n",
    "framefeed-sync/1 answer s d 1 2", "framefeed-sync/1 answer s d 1 2 3 4",
    "framefeed-sync/1 answer s  1 2 3", "framefeed-sync/1 here \u{1b}[2J", "framefeed-sync/1 here d\u{e9}",
    "framefeed-sync/1 here " + String(repeating: "a", count: 129),
    "framefeed-sync/1 ask s " + String(repeating: "0", count: 600) + "1",
  ])
  func whatIsNotExactlyOursIsRefused(text: String) {
    #expect(SyncRecord(Array(text.utf8)) == nil)
  }
}
