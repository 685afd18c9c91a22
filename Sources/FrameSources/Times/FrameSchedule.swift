/// The times at which frames are due, relative to one start: frame k of a rate is due at start + k / rate, so that
/// there is no drift.
///
/// Uses the monotonic clock alone: a step of the wall clock shifts no frame.
public struct FrameSchedule: Sendable {
  public enum Pace: Sendable {
    /// Frames per second.
    case rate(Double)
    /// Each frame is due as soon as it is available.
    case asFastAsPossible
    /// At the presentation times of the source: ``CapturedFrame/presentation``.
    case presentation
  }

  /// Largest offset, ns: 126 years, so that a sum with a current time does not overflow.
  private static let latest = 4e18

  private let pace: Pace
  /// Monotonic, ns.
  private let start: Int64

  /// - Parameter start: monotonic, ns.
  public init(pace: Pace, start: Int64) {
    self.pace = pace
    self.start = start
  }

  /// Returns when a frame is due, monotonic ns.
  /// - Parameters:
  ///   - index: 0, 1, 2 ...
  ///   - presentation: the frame's presentation time, ns.
  /// - Returns: `nil` when frames are due as soon as they are available.
  public func due(_ index: Int, presentation: Int64? = nil) -> Int64? {
    switch pace {
    case .asFastAsPossible: nil
    case .rate(let rate): start + Int64(min((Double(index) * 1e9 / rate).rounded(), Self.latest))
    case .presentation: presentation.map { start + min($0, Int64(Self.latest)) }
    }
  }

  /// Returns how far the schedule is behind after a pause of the source, so that the pause can be skipped.
  /// - Parameters:
  ///   - time: monotonic, ns.
  ///   - index: of the next frame.
  ///   - presentation: the presentation time of the next frame, ns.
  /// - Returns: the number of frames of a rate that were missed, and the delay of presentation times, ns.
  public func passed(
    at time: Int64, index: Int, presentation: Int64?
  ) -> (places: Int, presentation: Int64) {
    guard let due = due(index, presentation: presentation), due < time else { return (0, 0) }
    guard case .rate(let rate) = pace else { return (0, time - due) }
    let next = Int(min((Double(time - start) * rate / 1e9).rounded(.up), Self.latest))
    return (max(0, next - index), 0)
  }
}
