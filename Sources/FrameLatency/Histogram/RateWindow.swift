/// How fast frames and bytes came in the last window. A value; the owner passes its counters in.
public struct RateWindow: Sendable {
  private var (frames, bytes) = (0, 0)
  /// Of the last window that is over; `nil` before.
  public private(set) var last: RunReport.Rate?

  public init() {}

  /// Ends a window.
  /// - Parameters:
  ///   - seconds: how long it was.
  ///   - frames: since the start of the run.
  ///   - bytes: since the start of the run.
  public mutating func close(seconds: Double, frames: Int, bytes: Int) {
    last = RunReport.Rate(
      fps: Double(frames - self.frames) / seconds,
      megabytesPerSecond: Double(bytes - self.bytes) / 1e6 / seconds)
    (self.frames, self.bytes) = (frames, bytes)
  }
}
