extension ClockReport {
  /// Returns the clocks in several sinks' reports, by name; `nil` if no report has any.
  static func merge(_ parts: [[ClockReport]?]) -> [ClockReport]? {
    guard parts.contains(where: { $0 != nil }) else { return nil }
    let clocks = Dictionary(grouping: parts.compactMap(\.self).joined(), by: \.domain)
    return clocks.keys.sorted().map { joined($0, clocks[$0] ?? []) }
  }

  /// Keeps the estimate with the smallest error. Contradictory estimates are from sinks on several hosts, whose clocks
  /// differ: then there is no single offset.
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
