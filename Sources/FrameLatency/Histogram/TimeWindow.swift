/// The division of a run's time into windows, for current figures beside those of the whole run. A value type; the time
/// is a parameter.
///
/// A window ends at the first tick that is at least ``length`` after its beginning; late ticks make it longer, and
/// ``last`` is its length.
public struct TimeWindow: Sendable {
  /// The shortest length of a window, ns: ten seconds.
  public static let length: Int64 = 10_000_000_000

  /// The number of complete windows, which is the index of the current one.
  public private(set) var number = 0
  /// The length of the last complete window, ns; `nil` before the first one ends.
  public private(set) var last: Int64?
  private var began: Int64?

  public init() {}

  /// - Parameter now: monotonic, ns. The first tick begins the first window; an earlier time than the last is ignored.
  /// - Returns: whether a window has ended and the next one has begun.
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
