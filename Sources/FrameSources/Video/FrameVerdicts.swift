import FrameCore

/// Which frames of a video are whole, by what ffmpeg tells of each that its decoder gave.
///
/// `-debug_ts` makes it name each frame with its time and kind, and a warning comes before one that lost samples. Refused
/// are the marked frame, the B frames right before it, which are made from it, and all up to the next key frame.
final class FrameVerdicts: Sendable {
  enum Verdict: Equatable {
    case whole
    /// Samples were lost. With the decoder's reason.
    case damaged(String)
    /// Made from one that is damaged.
    case dependent
  }

  fileprivate struct State {
    /// Told and not asked for yet: from `head` on.
    var frames: [(time: Int64, verdict: Verdict)] = []
    var head = 0
    /// B frames at the end: what comes next decides on them.
    var open = 0
    /// A decoder's complaint that no frame was blamed for yet.
    var reason: String?
    var isMarked = false
    /// Until the next key frame.
    var isDependent = false
    /// Time of the first frame told.
    var first: Int64?
    var hasEnded = false
  }

  private let state = Monitor(State())
  private let name: BrokenName

  /// - Parameter path: of the video.
  init(path: String) { name = BrokenName(path) }

  /// Times that differ by less are the same, ns: ffmpeg moves equal ones apart, and ticks are rounded.
  private static let tolerance: Int64 = 500
  /// ns; differences of such times are no less numbers.
  private static let latest = 4e18
  /// ffmpeg's number of B frames.
  private static let between: Int64 = 3

  /// Takes a line of ffmpeg's standard error.
  func take(_ line: Span<UInt8>) {
    line.withUnsafeBufferPointer { bytes in
      if let rest = name.rest(of: bytes) {
        if rest.isCorruptFrame { state.withLock { $0.isMarked = true } }
        return
      }
      let line = LogText(bytes)
      switch line.level {
      case .info:
        guard line.hasPrefix("decoder -> "), let tick = line.ratio("time_base:"),
          let key = line.number("keyframe:"), let kind = line.number("frame_type:"),
          let ticks = line.number("best_effort_ts:") ?? line.number("pts:")
        else { return }
        let time = Double(ticks) * Double(tick.over) / Double(tick.under) * 1e9
        let ns = Int64(min(max(time.rounded(), -Self.latest), Self.latest))
        state.withLock { $0.add(ns, isKey: key != 0, isBetween: kind == Self.between) }
        state.wakeAll()
      case .warning:
        if line.isCorruptFrame { state.withLock { $0.isMarked = true } }
      case .error:
        let text = line.text
        state.withLock { state in
          // What would have been made from the lost frame is not marked.
          if line.isLostPacket { state.isDependent = true }
          state.reason = state.reason ?? text
        }
      }
    }
  }

  /// No more lines come.
  func end() {
    state.withLock { $0.hasEnded = true }
    state.wakeAll()
  }

  /// What a frame is worth.
  /// - Parameters:
  ///   - time: its own time in the file, ns. From call to call it does not go back.
  ///   - deadline: monotonic, ns.
  /// - Returns: `nil` when that cannot be told, from where this decoder began.
  func verdict(_ time: Int64, until deadline: Int64) -> Verdict? {
    state.withLock(
      waitingUntil: { state in
        state.hasEnded || (state.lastDecided.map { $0 >= time - Self.tolerance } ?? false)
      }, deadline: deadline
    ) { state in
      var at = state.head
      while at < state.frames.count {
        let frame = state.frames[at]
        at += 1
        guard abs(frame.time - time) <= Self.tolerance else { continue }
        state.head = at
        return frame.verdict
      }
      // This decoder began behind it, in a file that cannot be sought well.
      guard let first = state.first, first <= time else { return nil }
      // Behind its last frame, or between two: then it is the other's frame that is wrong.
      return .dependent
    }
  }
}

extension FrameVerdicts.State {
  fileprivate var lastDecided: Int64? {
    frames.count - open > head ? frames[frames.count - open - 1].time : nil
  }

  fileprivate mutating func add(_ time: Int64, isKey: Bool, isBetween: Bool) {
    first = first ?? time
    // Room is used again, so that the list grows no longer than this decoder is ahead.
    if head > 64, 2 * head > frames.count {
      frames.removeSubrange(..<head)
      head = 0
    }
    if isMarked {
      for at in frames.count - open..<frames.count { frames[at].verdict = .dependent }
      frames.append((time, .damaged(reason ?? "samples are missing")))
      (open, isMarked, isDependent, reason) = (0, false, true, nil)
    } else if isKey {
      frames.append((time, .whole))
      (open, isDependent, reason) = (0, false, nil)
    } else {
      frames.append((time, isDependent ? .dependent : .whole))
      open = isBetween && !isDependent ? open + 1 : 0
    }
  }
}
