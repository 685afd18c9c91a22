import FrameCore
import FrameLatency

/// Limits the number of frames between a source and its model, and measures the latency of each.
final class FlowWindow: Sendable {
  private struct State {
    /// When the source delivered each frame, monotonic ns.
    var starts: [Int64] = []
    /// When the model received each frame, monotonic ns.
    var ends: [Int64] = []
  }

  private let state = Monitor(State())
  private let limit: Int
  /// Longest wait for a frame in flight, s.
  let timeout: Double

  /// - Parameters:
  ///   - limit: most frames in flight.
  ///   - timeout: longest latency of a frame, s.
  init(limit: Int, timeout: Double) {
    self.limit = limit
    self.timeout = timeout
  }

  /// Waits until the window has room for another frame.
  /// - Returns: false when the frames in flight do not arrive in time.
  func wait() -> Bool {
    let deadline = FrameClock.monotonic() + FrameClock.nanoseconds(timeout)
    return state.withLock(
      waitingUntil: { $0.starts.count - $0.ends.count < limit }, deadline: deadline
    ) { $0.starts.count - $0.ends.count < limit }
  }

  /// Records that the source delivers a frame.
  func start() { state.withLock { $0.starts.append(FrameClock.monotonic()) } }

  /// Records that `frames` frames have arrived, in the order of delivery.
  func arrived(_ frames: Int) {
    let now = FrameClock.monotonic()
    state.withLock { state in
      for _ in 0..<frames { state.ends.append(now) }
    }
    state.wakeAll()
  }

  /// Returns the times from the source's delivery to the model.
  /// - Parameter skip: frames at the start that are not counted.
  func latencies(after skip: Int) -> [Int64] {
    state.withLock { state in zip(state.starts, state.ends).dropFirst(skip).map { $1 - $0 } }
  }

  /// Returns frames per second at the model.
  /// - Parameter skip: frames at the start that are not counted.
  func rate(after skip: Int) -> Double? {
    state.withLock { state in
      guard skip > 0, state.ends.count > skip else { return nil }
      let seconds = Double(state.ends.last! - state.ends[skip - 1]) / 1e9
      return Double(state.ends.count - skip) / seconds
    }
  }
}
