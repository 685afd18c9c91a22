/// Another host's clock, as measured by a sink.
public struct ClockReport: Codable, Sendable, Equatable {
  /// The name of the clock: its host's boot id.
  public var domain: String
  /// Frames with stamps of this clock.
  public var frames: Int
  /// Frames whose stamps were converted to the sink's clock.
  public var corrected: Int
  /// This clock minus the sink's, ms; absent if unknown.
  public var offsetMs: Double?
  /// The largest error of the offset, ms.
  public var errorMs: Double?

  public init(domain: String, frames: Int, corrected: Int, offsetMs: Double?, errorMs: Double?) {
    self.domain = domain
    self.frames = frames
    self.corrected = corrected
    self.offsetMs = offsetMs
    self.errorMs = errorMs
  }

  /// Returns a note for the report, on one line.
  /// - Parameter isSynchronised: whether offsets were measured.
  public func note(isSynchronised: Bool) -> String {
    if domain == UnknownClock.row {
      return
        "\(frames) frames carry stamps of hosts whose clocks have no name: uncorrected and "
        + "not in transport and endToEnd"
    }
    let stamped = "\(frames) frames carry stamps of another host's clock (\(domain))"
    guard isSynchronised else {
      return "\(stamped): transport and endToEnd are uncorrected; run source and sink with --sync"
    }
    guard let offsetMs, let errorMs else {
      return
        "\(stamped): uncorrected and not in transport and endToEnd, as the source answered no --sync request"
    }
    let offset = "\(stamped), \(offsetMs.fixed(3)) ms from ours, within \(errorMs.fixed(3)) ms"
    guard corrected < frames else { return "\(offset): corrected" }
    return
      "\(offset): \(corrected) corrected; \(frames - corrected) arrived before that was known well enough, uncorrected and not in transport and endToEnd"
  }
}
