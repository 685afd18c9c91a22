/// Presentation times of a video that may be read again and again: ns from its first frame, never going back.
struct VideoClock {
  /// Of one frame, where a reading has only one, ns.
  private let interval: Int64
  /// Longest reading, ns: what is beyond comes at once.
  private static let longest: Int64 = 1 << 58
  /// Where this reading begins.
  private var start: Int64 = 0
  /// The file's own time of its first frame.
  private var first: Int64?
  private var last: Int64 = 0
  private var frames: Int64 = 0

  /// - Parameter rate: frames a second, as the file says.
  init(rate: Double?) { interval = Int64(1e9 / (rate ?? 30)) }

  /// - Parameter own: the file's time of the next frame.
  mutating func time(_ own: Int64) -> Int64 {
    let first = first ?? own
    self.first = first
    frames += 1
    last = max(last, start &+ min(max(0, own &- first), Self.longest))
    return last
  }

  /// From the first frame of this reading to the last so far.
  var elapsed: Int64 { last - start }

  /// The file is read again, from one mean interval after the last frame on.
  /// - Returns: how long the reading was.
  mutating func begin() -> Int64 {
    let length = elapsed
    let step = frames > 1 ? length / (frames - 1) : frames == 1 ? interval : 0
    last = max(last, last &+ step)
    start = last
    (first, frames) = (nil, 0)
    return length
  }
}
