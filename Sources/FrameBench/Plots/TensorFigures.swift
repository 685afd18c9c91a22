import FrameLatency

extension TensorReport {
  /// One figure for each measured job.
  var figures: [Figure] {
    Job.allCases.compactMap { job in
      let some = rows.filter { $0.job == job }
      guard !some.isEmpty else { return nil }
      let bars = BarFigure(
        title: "\(job.title), by library", unit: "ms", series: ["p50"],
        rows: some.map { row in
          BarFigure.Row(
            name: row.kind == .floor ? "\(row.name) (floor)" : row.name, parts: [row.time.p50],
            label: "\(Quantity.text(row.time.p50))  (p99 \(Quantity.text(row.time.p99)))",
            whisker: row.time.p99)
        }, whiskerName: "to p99")
      return Figure(
        "tensors-\(job.rawValue)", bars.title,
        "One thread, frames of \(frameSize) to \(input.width)x\(input.height) \(input.type) \(input.layout).",
        bars.drawing())
    }
  }
}
