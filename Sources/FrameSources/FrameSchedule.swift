/// When each frame is due, against one start: frame k of a rate is due at start + k / rate, so nothing drifts.
public struct FrameSchedule: Sendable {
  public enum Pace: Sendable {
    /// Frames a second.
    case rate(Double)
    /// Each frame is due when it is there.
    case asFastAsPossible
    /// At recorded times; a looped feed starts over one median interval after the last.
    case timestamps(FrameTimestamps)
  }

  /// Latest offset told apart, ns: 126 years, so that no sum with a time of today overflows.
  private static let latest = 4e18

  private let pace: Pace
  private let startMonotonic: Int64
  private let startWall: Int64

  /// - Parameters: the same moment on both clocks, ns.
  public init(pace: Pace, startMonotonic: Int64, startWall: Int64) {
    self.pace = pace
    self.startMonotonic = startMonotonic
    self.startWall = startWall
  }

  /// When the frame is due: to wait for (monotonic, ns) and to stamp it with (ns since the Unix epoch).
  /// - Parameter index: 0, 1, 2 ...
  /// - Returns: `nil` when frames are due as they come.
  public func due(_ index: Int) -> (monotonic: Int64, wall: Int64)? {
    let offset: Int64
    switch pace {
    case .asFastAsPossible: return nil
    case .rate(let rate): offset = Int64(min((Double(index) * 1e9 / rate).rounded(), Self.latest))
    case .timestamps(let times): offset = times.offset(index)
    }
    return (startMonotonic + offset, startWall + offset)
  }
}
