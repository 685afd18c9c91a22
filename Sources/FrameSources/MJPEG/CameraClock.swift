/// Converts the times that a camera states for its pictures (`X-Timestamp`) to capture times.
///
/// Some cameras count from 1970, others from power-on. With the latter the capture time of the first picture is the
/// time at which it was read, and the intervals are the camera's. No capture time is later than the read.
struct CameraClock {
  enum Kind: Sendable {
    /// Wall time: less than a day from the host's.
    case wall
    /// Any other epoch.
    case own
  }

  private static let day: Int64 = 86_400_000_000_000

  private(set) var kind: Kind?
  /// The epoch of a clock of kind `own`, monotonic ns. A step of the host's wall clock does not move it.
  private var start: Int64?
  private var last: Int64 = 0

  /// Determines the kind of clock from the first time.
  mutating func decide(_ time: Int64, now: Int64) {
    if kind == nil { kind = abs(time - now) <= Self.day ? .wall : .own }
  }

  /// Returns when a picture was captured, wall time in ns.
  /// - Parameters:
  ///   - time: stated by the camera, ns; up to 126 years.
  ///   - now: when the last byte was read, wall time in ns.
  ///   - monotonic: the same instant on the monotonic clock.
  mutating func captured(_ time: Int64?, now: Int64, monotonic: Int64) -> Int64 {
    guard let time else { return now }
    decide(time, now: now)
    guard kind == .own else { return abs(time - now) <= Self.day ? min(time, now) : now }
    defer { last = time }
    guard let start, time >= last, monotonic >= start + time else {
      // The first picture, or the camera restarted, or its clock runs faster than the host's.
      self.start = monotonic - time
      return now
    }
    return now - (monotonic - (start + time))
  }
}

/// Converts the times of a recording to presentation times, which start at 0 and never decrease.
struct RecordedTimes {
  /// A longer gap between two frames means that the clock was set.
  private static let longest: Int64 = 3_600_000_000_000

  private var last: Int64?
  private var interval: Int64 = 33_333_333
  private var shown: Int64?

  /// Returns the presentation time of a frame, ns.
  /// - Parameter time: by the camera's clock; a frame without one comes an interval after the previous one.
  mutating func presentation(_ time: Int64?) -> Int64 {
    defer { last = time ?? last.map { $0 + interval } }
    guard let before = shown else {
      shown = 0
      return 0
    }
    if let time, let last, time >= last, time - last <= Self.longest { interval = time - last }
    shown = before + interval
    return before + interval
  }

  /// Prepares for reading the recording again: its first frame comes an interval after the last.
  mutating func rewind() { last = nil }
}
