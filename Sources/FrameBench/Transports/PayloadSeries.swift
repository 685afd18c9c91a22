import FrameLatency

/// The measurements of one transport under one condition, collected for the report.
struct PayloadSeries {
  private var latency = DurationHistogram()
  private var produce = DurationHistogram()
  private var consume = DurationHistogram()
  private var each: [Double] = []
  /// Number of paced payloads, and their total time, s.
  private var flow = (payloads: 0, seconds: 0.0)

  var count: Int { each.count }

  /// Measured time so far, s.
  private(set) var seconds = 0.0

  mutating func add(_ passages: [PeerPair.Passage]) {
    for passage in passages {
      let nanoseconds = passage.received - passage.start
      latency.record(nanoseconds)
      produce.record(passage.done - passage.start)
      consume.record(max(0, passage.received - passage.done))
      // Microseconds are precise enough, and keep the file short.
      each.append(Double(nanoseconds / 1000) / 1000)
      seconds += Double(nanoseconds) / 1e9
    }
    guard let first = passages.first, let last = passages.map(\.received).max() else { return }
    flow.payloads += passages.count
    flow.seconds += Double(last - first.start) / 1e9
  }

  /// - Parameter parts: whether there is an acknowledgement that separates produce from consume.
  func reported(parts: Bool, isPaced: Bool = false) -> TransportReport.Series? {
    guard let summary = latency.summary() else { return nil }
    return TransportReport.Series(
      latency: summary, produce: parts ? produce.summary() : nil, consume: parts ? consume.summary() : nil,
      each: each, fps: isPaced && flow.seconds > 0 ? Double(flow.payloads) / flow.seconds : nil)
  }

  /// The median so far, ms.
  var median: Double? { latency.summary()?.p50 }
}
