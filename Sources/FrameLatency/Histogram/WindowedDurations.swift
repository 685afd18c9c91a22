/// The durations of the current window, and the summary of the previous one. A value type; ``TimeWindow`` numbers the
/// windows.
struct WindowedDurations: Sendable {
  private var running = CompactHistogram()
  private var number = 0
  /// The last complete window; `nil` if nothing was recorded in it.
  private(set) var last: StageSummary?

  /// Records one duration in the current window, ns.
  mutating func record(_ nanoseconds: Int64) { running.record(nanoseconds) }

  /// Adds the current window of another value, which must have the same number.
  mutating func add(_ other: WindowedDurations) { running.add(other.running) }

  /// Ends the current window if its number is lower than this one. Idempotent.
  mutating func roll(to number: Int) {
    guard number > self.number else { return }
    // If windows were skipped, nothing was recorded in the last of them.
    last = number == self.number + 1 ? running.summary() : nil
    running.reset()
    self.number = number
  }

  /// Removes all durations and keeps the memory.
  mutating func reset(to number: Int) {
    running.reset()
    last = nil
    self.number = number
  }
}
