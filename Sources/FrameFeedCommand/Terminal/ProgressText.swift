import FrameFeed
import FrameLatency

extension FeedSnapshot {
  /// Returns one line: count, rate, latency and remaining time. Rate and latency are those of the last ten seconds or,
  /// before the first window ends, of the whole run.
  func line(_ verb: String) -> String {
    var parts = [total.map { "\(done)/\($0) frames \(verb)" } ?? "\(done) frames \(verb)"]
    let rate = window?.rate ?? rate
    if seconds > 0 {
      parts.append("\(rate.fps.fixed(1)) fps")
      parts.append("\(rate.megabytesPerSecond.fixed(1)) MB/s")
    }
    if let latency { parts.append("p50 \(latency.p50.fixed(1)) ms  p99 \(latency.p99.fixed(1)) ms") }
    let dropped = (frames.droppedFull ?? 0) + (frames.droppedStale ?? 0)
    if dropped > 0 { parts.append("\(dropped) dropped") }
    if let lag, lag > 0 { parts.append("\(lag) behind") }
    if let rejected = frames.rejected, rejected > 0 { parts.append("\(rejected) rejected") }
    if let total, done > 0, done < total {
      // From the current rate of a feed that slowed down, not from its average.
      let fps = rate.fps > 0 ? rate.fps : self.rate.fps
      if fps > 0 { parts.append("ETA \((Double(total - done) / fps).rounded(.up).fixed(0)) s") }
    }
    return parts.joined(separator: "  ")
  }

  /// The latency of this side's last stage: the model's answer, or the broker's. Absent if nothing came in the last
  /// window.
  private var latency: StagePercentiles? {
    let stage = (frames.inferred != nil ? Stage.endToEnd : .acknowledge).rawValue
    guard let window else { return stages[stage] }
    return window.stages[stage].map { StagePercentiles(p50: $0.p50, p99: $0.p99) }
  }
}
