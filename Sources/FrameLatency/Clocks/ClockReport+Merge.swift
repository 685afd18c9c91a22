extension ClockReport {
  /// The clocks that several sinks saw, by name; `nil` when none saw any.
  static func merge(_ parts: [[ClockReport]?]) -> [ClockReport]? {
    guard parts.contains(where: { $0 != nil }) else { return nil }
    let clocks = Dictionary(grouping: parts.compactMap(\.self).joined(), by: \.domain)
    return clocks.keys.sorted().map { joined($0, clocks[$0] ?? []) }
  }

  /// Keeps the closest estimate. Estimates that contradict each other are of sinks on several hosts, whose clocks
  /// differ: then there is no one offset.
  private static func joined(_ domain: String, _ parts: [ClockReport]) -> ClockReport {
    var joined = ClockReport(
      domain: domain, frames: FrameCounts.sum(parts.map(\.frames)) ?? 0,
      corrected: FrameCounts.sum(parts.map(\.corrected)) ?? 0, offsetMs: nil, errorMs: nil)
    let estimates = parts.compactMap { part in
      part.offsetMs.flatMap { offset in part.errorMs.map { (offset: offset, error: $0) } }
    }
    let (low, high) = (
      estimates.map { $0.offset - $0.error }.max(), estimates.map { $0.offset + $0.error }.min()
    )
    guard let low, let high, low <= high, let best = estimates.min(by: { $0.error < $1.error }) else {
      return joined
    }
    (joined.offsetMs, joined.errorMs) = (best.offset, best.error)
    return joined
  }
}
