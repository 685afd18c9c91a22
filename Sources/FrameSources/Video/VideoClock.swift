/// Presentation times of a video that may be read repeatedly: ns from its first frame, never decreasing.
struct VideoClock {
  /// The interval of frames, used where a pass has only one frame, ns.
  private let interval: Int64
  /// Longest pass, ns: frames with later times are due immediately.
  private static let longest: Int64 = 1 << 58
  /// The start of this pass.
  private var start: Int64 = 0
  /// The time of its first frame in the file.
  private var first: Int64?
  private var last: Int64 = 0
  private var frames: Int64 = 0

  /// - Parameter rate: frames per second stated by the file.
  init(rate: Double?) { interval = Int64(1e9 / (rate ?? 30)) }

  /// - Parameter own: the time of the next frame in the file.
  mutating func time(_ own: Int64) -> Int64 {
    let first = first ?? own
    self.first = first
    frames += 1
    last = max(last, start &+ min(max(0, own &- first), Self.longest))
    return last
  }

  /// Time from the first frame of this pass to the last frame so far.
  var elapsed: Int64 { last - start }

  /// Starts another pass, one mean interval after the last frame.
  /// - Returns: the length of the last pass.
  mutating func begin() -> Int64 {
    let length = elapsed
    let step = frames > 1 ? length / (frames - 1) : frames == 1 ? interval : 0
    last = max(last, last &+ step)
    start = last
    (first, frames) = (nil, 0)
    return length
  }
}
