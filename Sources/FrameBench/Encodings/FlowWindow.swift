import FrameCore
import FrameLatency

/// Lets a bounded number of frames be between a source and its model, and times each on its way.
final class FlowWindow: Sendable {
  private struct State {
    /// When each frame was handed over, ns, monotonic.
    var starts: [Int64] = []
    /// When the model had each.
    var ends: [Int64] = []
  }

  private let state = Monitor(State())
  private let limit: Int
  /// How long the oldest frame may take, ns.
  private let patience: Int64

  /// - Parameters:
  ///   - limit: most frames under way.
  ///   - timeout: how long one may take, s.
  init(limit: Int, timeout: Double) {
    self.limit = limit
    patience = FrameClock.nanoseconds(timeout)
  }

  /// Waits until a frame may go.
  /// - Returns: false when those under way do not arrive.
  func wait() -> Bool {
    let deadline = FrameClock.monotonic() + patience
    return state.withLock(
      waitingUntil: { $0.starts.count - $0.ends.count < limit }, deadline: deadline
    ) { $0.starts.count - $0.ends.count < limit }
  }

  /// A frame goes.
  func start() { state.withLock { $0.starts.append(FrameClock.monotonic()) } }

  /// So many frames have arrived, in the order they went.
  func arrived(_ frames: Int) {
    let now = FrameClock.monotonic()
    state.withLock { state in
      for _ in 0..<frames { state.ends.append(now) }
    }
    state.wakeAll()
  }

  /// Times from handing over to the model's having it.
  /// - Parameter skip: frames at the start that are not counted.
  func latencies(after skip: Int) -> [Int64] {
    state.withLock { state in zip(state.starts, state.ends).dropFirst(skip).map { $1 - $0 } }
  }

  /// Frames a second at the model.
  /// - Parameter skip: frames at the start that are not counted.
  func rate(after skip: Int) -> Double? {
    state.withLock { state in
      guard skip > 0, state.ends.count > skip else { return nil }
      let seconds = Double(state.ends.last! - state.ends[skip - 1]) / 1e9
      return Double(state.ends.count - skip) / seconds
    }
  }
}
