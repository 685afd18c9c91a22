/// Cuts the time of a run into windows, so that figures of now stand beside those of the whole. A value: the time is
/// passed in, and nothing looks at a clock.
///
/// A window is over at the first tick that is at least ``length`` after its beginning; when ticks come late it is
/// longer, and ``last`` says how long it was.
public struct TimeWindow: Sendable {
  /// Shortest window, ns: ten seconds.
  public static let length: Int64 = 10_000_000_000

  /// Windows that are over, which is the number of the running one.
  public private(set) var number = 0
  /// How long the last window that is over was, ns; `nil` before the first is.
  public private(set) var last: Int64?
  private var began: Int64?

  public init() {}

  /// - Parameter now: monotonic, ns. The first tick begins the first window; one of an earlier time changes nothing.
  /// - Returns: whether a window is over, and the next one has begun.
  public mutating func tick(at now: Int64) -> Bool {
    guard let began else {
      self.began = now
      return false
    }
    let (passed, overflow) = now.subtractingReportingOverflow(began)
    guard !overflow, passed >= Self.length else { return false }
    self.began = now
    last = passed
    number += 1
    return true
  }
}
