/// The durations of the running window, and the summary of the one before. A value; see ``TimeWindow`` for the numbers.
struct WindowedDurations: Sendable {
  private var running = CompactHistogram()
  private var number = 0
  /// The last window that is over; `nil` when nothing was recorded in it.
  private(set) var last: StageSummary?

  /// Adds one duration to the running window, ns.
  mutating func record(_ nanoseconds: Int64) { running.record(nanoseconds) }

  /// Adds the running window of another, which is at the same number.
  mutating func add(_ other: WindowedDurations) { running.add(other.running) }

  /// Ends the running window when it is not the one of this number. Asking twice changes nothing.
  mutating func roll(to number: Int) {
    guard number > self.number else { return }
    // Where windows were passed over, nothing was recorded in the last of them.
    last = number == self.number + 1 ? running.summary() : nil
    running.reset()
    self.number = number
  }

  /// Forgets all of it; the memory stays.
  mutating func reset(to number: Int) {
    running.reset()
    last = nil
    self.number = number
  }
}
