/// When each frame is due, against one start: frame k of a rate is due at start + k / rate, so nothing drifts.
///
/// On the monotonic clock alone: a step of the wall clock moves no frame.
public struct FrameSchedule: Sendable {
  public enum Pace: Sendable {
    /// Frames a second.
    case rate(Double)
    /// Each frame is due when it is there.
    case asFastAsPossible
    /// At recorded times; a looped feed starts over one median interval after the last.
    case timestamps(FrameTimestamps)
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
    case .timestamps(let times): start + times.offset(index)
    case .presentation: presentation.map { start + min($0, Int64(Self.latest)) }
    }
  }

  /// The first frame that is due at a time or later, when nothing came for a while; of recorded times the first one of a
  /// reading.
  /// - Parameters:
  ///   - time: monotonic, ns.
  ///   - least: the frame that would be next.
  public func index(dueAt time: Int64, notBefore least: Int) -> Int {
    let elapsed = Double(time - start)
    switch pace {
    case .asFastAsPossible, .presentation: return least
    case .rate(let rate):
      return max(least, Int(min((elapsed * rate / 1e9).rounded(.up), Self.latest)))
    case .timestamps(let times):
      return max(least, Int((elapsed / Double(times.period)).rounded(.up)) * times.count)
    }
  }
}
