/// When each frame is due, against one start: frame k of a rate is due at start + k / rate, so nothing drifts.
///
/// On the monotonic clock alone: a step of the wall clock moves no frame.
public struct FrameSchedule: Sendable {
  public enum Pace: Sendable {
    /// Frames a second.
    case rate(Double)
    /// Each frame is due when it is there.
    case asFastAsPossible
    /// When the source shows them: ``CapturedFrame/presentation``.
    case presentation
  }

  /// Latest offset told apart, ns: 126 years, so that no sum with a time of today overflows.
  private static let latest = 4e18

  private let pace: Pace
  /// Monotonic, ns.
  private let start: Int64

  /// - Parameter start: monotonic, ns.
  public init(pace: Pace, start: Int64) {
    self.pace = pace
    self.start = start
  }

  /// When a frame is due, monotonic ns.
  /// - Parameters:
  ///   - index: 0, 1, 2 ...
  ///   - presentation: when its source shows it.
  /// - Returns: `nil` when frames are due as they come.
  public func due(_ index: Int, presentation: Int64? = nil) -> Int64? {
    switch pace {
    case .asFastAsPossible: nil
    case .rate(let rate): start + Int64(min((Double(index) * 1e9 / rate).rounded(), Self.latest))
    case .presentation: presentation.map { start + min($0, Int64(Self.latest)) }
    }
  }

  /// How far the schedule is behind when nothing came for a while: what passed meanwhile is left out.
  /// - Parameters:
  ///   - time: monotonic, ns.
  ///   - index: of the frame that would be next.
  ///   - presentation: when its source shows it.
  /// - Returns: how many places of a rate have passed, and how much later than they say frames are shown.
  public func passed(
    at time: Int64, index: Int, presentation: Int64?
  ) -> (places: Int, presentation: Int64) {
    guard let due = due(index, presentation: presentation), due < time else { return (0, 0) }
    guard case .rate(let rate) = pace else { return (0, time - due) }
    let next = Int(min((Double(time - start) * rate / 1e9).rounded(.up), Self.latest))
    return (max(0, next - index), 0)
  }
}
