import FrameLatency

extension LoadReport {
  var figures: [Figure] { places.flatMap(figures) }

  /// Latency and processor time on one cluster.
  private func figures(_ place: Place) -> [Figure] {
    let measured = rows.filter { $0.brokers == place.brokers && $0.tls == place.tls && $0.latency != nil }
    guard !measured.isEmpty else { return [] }
    let size = "\(Quantity.text(Double(payloadBytes) / 1e6)) MB"
    let name = "\(place.brokers)-\(place.tls ? "tls" : "plain")"
    let latency = BarFigure(
      title: "\(Self.name(place)): \(size) frames from due to received", unit: "ms", series: ["p50"],
      rows: measured.map { row in
        let summary = row.latency!
        // Of fewer frames the 99th percentile is the maximum, and is called that.
        let tail = summary.count >= 100 ? ("p99", summary.p99) : ("max", summary.max)
        return BarFigure.Row(
          name: Self.name(row), parts: [summary.p50],
          label: "\(Quantity.text(summary.p50))  (\(tail.0) \(Quantity.text(tail.1)))", whisker: tail.1)
      }, isLogarithmic: true, whiskerName: "to p99, of fewer than 100 frames to the maximum")
    let processor = BarFigure(
      title: "\(Self.name(place)): processor time of one \(size) frame", unit: "ms",
      series: ["source", "broker", "sink"],
      rows: measured.compactMap { row in
        row.processor.map { BarFigure.Row(name: Self.name(row), parts: [$0.source, $0.broker, $0.sink]) }
      })
    return [
      Figure(
        "load-latency-\(name)", latency.title,
        "Medians, and up to the 99th percentile or the maximum, from the time a frame was due.",
        latency.drawing()),
      Figure(
        "load-processor-\(name)", processor.title,
        "All threads, user and system; a cluster's brokers together.", processor.drawing()),
    ]
  }

  private static func name(_ row: Row) -> String { "\(row.feeds) x \(row.fps.fixed(0)) fps  \(row.client)" }
}
