/// The rates of frames and bytes in the last window. A value type; the owner passes its counters.
public struct RateWindow: Sendable {
  private var (frames, bytes) = (0, 0)
  /// The rates of the last complete window; `nil` before it.
  public private(set) var last: RunReport.Rate?

  public init() {}

  /// Ends a window.
  /// - Parameters:
  ///   - seconds: the window's length.
  ///   - frames: the count since the start of the run.
  ///   - bytes: the count since the start of the run.
  public mutating func close(seconds: Double, frames: Int, bytes: Int) {
    last = RunReport.Rate(
      fps: Double(frames - self.frames) / seconds,
      megabytesPerSecond: Double(bytes - self.bytes) / 1e6 / seconds)
    (self.frames, self.bytes) = (frames, bytes)
  }
}
