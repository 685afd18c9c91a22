/// Turns the times that a camera gives its pictures (`X-Timestamp`) into capture times.
///
/// Some count from 1970, others from when they were switched on. Of the latter the first picture counts as taken when
/// it was read, and the differences are the camera's. None was taken after it was read.
struct CameraClock {
  enum Kind: Sendable {
    /// Wall time: less than a day from ours.
    case wall
    /// Any other start.
    case own
  }

  private static let day: Int64 = 86_400_000_000_000

  private(set) var kind: Kind?
  /// Of a clock with a start of its own: when that was, monotonic ns. A step of our wall clock does not move it.
  private var start: Int64?
  private var last: Int64 = 0

  /// Decides by the first time which clock it is.
  mutating func decide(_ time: Int64, now: Int64) {
    if kind == nil { kind = abs(time - now) <= Self.day ? .wall : .own }
  }

  /// When a picture was taken, wall time in ns.
  /// - Parameters:
  ///   - time: what the camera says, ns; up to 126 years.
  ///   - now: when the last byte was read, wall time in ns.
  ///   - monotonic: the same on the monotonic clock.
  mutating func captured(_ time: Int64?, now: Int64, monotonic: Int64) -> Int64 {
    guard let time else { return now }
    decide(time, now: now)
    guard kind == .own else { return abs(time - now) <= Self.day ? min(time, now) : now }
    defer { last = time }
    guard let start, time >= last, monotonic >= start + time else {
      // The first one, or it was started again, or it runs faster than ours.
      self.start = monotonic - time
      return now
    }
    return now - (monotonic - (start + time))
  }
}

/// Turns the times of a recording into presentation times, which begin at 0 and never go back.
struct RecordedTimes {
  /// A longer gap between two frames is a clock that was set.
  private static let longest: Int64 = 3_600_000_000_000

  private var last: Int64?
  private var interval: Int64 = 33_333_333
  private var shown: Int64?

  /// When a frame is shown, ns.
  /// - Parameter time: by the camera's clock; a frame without one comes an interval after the one before.
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

  /// The recording is read again: its first frame comes an interval after the last.
  mutating func rewind() { last = nil }
}
