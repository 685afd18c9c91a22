extension ClockReport {
  /// The clocks that several sinks saw, by name; `nil` when none saw any.
  static func merge(_ parts: [[ClockReport]?]) -> [ClockReport]? {
    guard parts.contains(where: { $0 != nil }) else { return nil }
    var clocks: [String: ClockReport] = [:]
    for part in parts.compactMap(\.self).joined() {
      clocks[part.domain] = clocks[part.domain].map { joined($0, part) } ?? part
    }
    return clocks.values.sorted { $0.domain < $1.domain }
  }

  /// Keeps the closer estimate. Two that contradict each other are of sinks on two hosts, whose clocks differ: then
  /// there is no one offset.
  private static func joined(_ left: ClockReport, _ right: ClockReport) -> ClockReport {
    let known = [left, right].filter { $0.offsetMs != nil && $0.errorMs != nil }
    let agree =
      known.count < 2
      || abs(left.offsetMs! - right.offsetMs!) <= left.errorMs! + right.errorMs!
    let best = agree ? known.min { $0.errorMs! < $1.errorMs! } : nil
    return ClockReport(
      domain: left.domain, frames: FrameCounts.sum([left.frames, right.frames]) ?? 0,
      corrected: FrameCounts.sum([left.corrected, right.corrected]) ?? 0, offsetMs: best?.offsetMs,
      errorMs: best?.errorMs
    )
  }
}
