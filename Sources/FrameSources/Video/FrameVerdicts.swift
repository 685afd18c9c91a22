import FrameCore

/// Which frames of a video are undamaged, from ffmpeg's messages about each decoded frame.
///
/// With `-debug_ts` ffmpeg logs each frame with its time and type, and a warning before one that lost samples. Rejected
/// are the marked frame, the B frames right before it, which are predicted from it, and all frames up to the next key
/// frame.
final class FrameVerdicts: Sendable {
  enum Verdict: Equatable {
    case whole
    /// Samples were lost. Holds the decoder's reason.
    case damaged(String)
    /// Predicted from a damaged frame.
    case dependent
  }

  fileprivate struct State {
    /// Logged frames that have not been requested yet, from index `head` on.
    var frames: [(time: Int64, verdict: Verdict)] = []
    var head = 0
    /// Number of B frames at the end: the next frame decides about them.
    var open = 0
    /// A decoder's error that is not assigned to a frame yet.
    var reason: String?
    var isMarked = false
    /// Whether a damaged frame precedes, until the next key frame.
    var isDependent = false
    /// Time of the first logged frame.
    var first: Int64?
    var hasEnded = false
  }

  private let state = Monitor(State())
  private let name: MultilineName

  /// - Parameter path: the video.
  init(path: String) { name = MultilineName(path) }

  /// Times that differ by less are equal, ns: ffmpeg separates equal times, and ticks are rounded.
  private static let tolerance: Int64 = 500
  /// Largest time, ns, so that differences of two do not overflow.
  private static let latest = 4e18
  /// ffmpeg's number of the type B frame.
  private static let between: Int64 = 3

  /// Reads a line of ffmpeg's standard error.
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
          // The frames predicted from the lost one are not marked.
          if line.isLostPacket { state.isDependent = true }
          state.reason = state.reason ?? text
        }
      }
    }
  }

  /// Records that no more lines follow.
  func end() {
    state.withLock { $0.hasEnded = true }
    state.wakeAll()
  }

  /// Waits for the verdict on a frame.
  /// - Parameters:
  ///   - time: the frame's time in the file, ns. Must not decrease from call to call.
  ///   - deadline: monotonic, ns.
  /// - Returns: `nil` when it is unknown, because this decoder started after the frame.
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
      // This decoder started after the frame, in a file that does not support exact seeks.
      guard let first = state.first, first <= time else { return nil }
      // After its last frame, or between two: then the other decoder's frame is wrong.
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
    // Requested entries are removed, so that the array holds only the frames by which this decoder is ahead.
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
