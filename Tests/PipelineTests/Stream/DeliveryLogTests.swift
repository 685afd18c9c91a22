import Testing

@testable import FrameFeed

/// Which undelivered frames are told.
@Suite struct DeliveryLogTests {
  private static let second: Int64 = 1_000_000_000

  @Test func eachReasonOnceAndThenHowMany() {
    var log = DeliveryLog()
    var told: [String] = []
    for frame in 0..<300 {
      let now = Int64(frame) * Self.second / 30
      told += log.note(frame, "A", "too large: frame \(frame)", now)
      if frame == 100 { told += log.note(frame, "B", "denied", now) }
    }
    told += log.due()
    #expect(
      told == [
        "frame 0 not delivered: too large: frame 0", "frame 100 not delivered: denied",
        "150 more frames not delivered, frame 150 the last, as before: too large: frame 0",
        "149 more frames not delivered, frame 299 the last, as before: too large: frame 0",
      ], "\(told)")
    #expect(log.due().isEmpty)
  }

  /// Reasons without end are one.
  @Test func reasonsAreBounded() {
    var log = DeliveryLog()
    var told = 0
    for frame in 0..<1000 { told += log.note(frame, "\(frame)", "?", Int64(frame)).count }
    #expect(told <= DeliveryLog.mostReasons + 1)
    #expect(log.due().count == 1)
  }
}
