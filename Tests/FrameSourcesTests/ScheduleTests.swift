import FrameSources
import Testing

@testable import FrameSources

/// When frames are due, and in which order files come.
@Suite struct ScheduleTests {
  @Test(arguments: [1e-9, 1e-300, .leastNonzeroMagnitude]) func ratesBeyondAllTimesDoNotTrap(rate: Double) {
    let now: Int64 = 1_800_000_000_000_000_000
    let schedule = FrameSchedule(pace: .rate(rate), start: now)
    #expect(schedule.due(0) == now)
    #expect((schedule.due(.max) ?? 0) > now)
  }

  @Test func aRateDoesNotDrift() {
    let schedule = FrameSchedule(pace: .rate(30000.0 / 1001), start: 5)
    let due = schedule.due(1_000_000)!
    // A million frames at 29.97 fps: 33,366.666... s.
    #expect(due == 5 + 33_366_666_666_667)
    #expect(schedule.due(0)! == 5)
  }

  @Test func aSourceThatShowsItsFramesSaysWhen() {
    let schedule = FrameSchedule(pace: .presentation, start: 7)
    #expect(schedule.due(3, presentation: 40_000_000) == 40_000_007)
    #expect(schedule.due(3) == nil)
  }

  @Test func asFastAsPossibleIsNeverDue() {
    #expect(FrameSchedule(pace: .asFastAsPossible, start: 0).due(3) == nil)
  }

  @Test func recordedTimesCountFromTheFirst() throws {
    let text = "# camera 1\n1700000000.25 a.jpg\n\n1700000000.5  b.jpg\r\n1700000001 c.jpg\n"
    let times = try FrameTimestamps.parse(Array(text.utf8)[...], file: "t.txt")
    #expect(times.names == ["a.jpg", "b.jpg", "c.jpg"])
    #expect(times.offsets == [0, 250_000_000, 750_000_000])
    // A second loop begins one median interval (0.5 s) after the last frame.
    #expect(times.period == 1_250_000_000)
  }

  @Test(arguments: [
    ("", "no timestamps"), ("# nothing\n", "no timestamps"), ("1.0\n", "t.txt:1: expected"),
    ("1.0,\n", "t.txt:1: expected"), ("1 a\nsoon b\n", "t.txt:2: \"soon\" is not a number"),
    ("nan a\n", "not a number"), ("1e300 a\n", "not a number"), ("2 a\n1 b\n", "t.txt:2: 1 is before"),
  ])
  func badTimesAreNamed(_ text: String, _ says: String) {
    let error = #expect(throws: SourceError.self) {
      try FrameTimestamps.parse(Array(text.utf8)[...], file: "t.txt")
    }
    #expect("\(error!)".contains(says))
  }

  @Test func numbersInNamesCount() {
    let sorted = ["b1", "a10", "a2", "a02", "a", "a1b", "a1", "A3"].sorted(by: NaturalOrder.precedes)
    #expect(sorted == ["A3", "a", "a1", "a1b", "a02", "a2", "a10", "b1"])
    let long = ["f99999999999999999999999", "f100000000000000000000000"]
    #expect(long.reversed().sorted(by: NaturalOrder.precedes) == long)
  }
}
