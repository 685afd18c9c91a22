/// A dot with its range in each row, and a line at 1, which is no difference.
struct RangeFigure {
  struct Row {
    let name: String
    /// One per series, in order.
    let ranges: [RatioInterval]
  }

  let title: String
  let unit: String
  let series: [String]
  let rows: [Row]

  private static let width = 860.0
  private static let rowHeight = 26.0

  func drawing() -> SVG {
    let left = 16 + 7.0 * Double(rows.map(\.name.count).max() ?? 0)
    let right = Self.width - 24
    let top = 64.0
    let bottom = top + Double(rows.count) * Self.rowHeight
    var svg = SVG(width: Self.width, height: bottom + 48)
    svg.text(title, 8, 22, style: "head")
    let all = rows.flatMap(\.ranges)
    let scale = Scale.logarithmic(
      min(0.5, all.map(\.low).min() ?? 0.5), max(2, all.map(\.high).max() ?? 2), left, right)
    for tick in scale.ticks {
      svg.line(scale[tick.value], top - 4, scale[tick.value], bottom)
      svg.text(tick.label, scale[tick.value], bottom + 16, anchor: .middle, style: "soft")
    }
    svg.line(scale[1], top - 4, scale[1], bottom, style: "axis")
    svg.text(unit, (left + right) / 2, bottom + 36, anchor: .middle, style: "soft")
    var x = left
    for (at, name) in series.enumerated() {
      svg.circle(x + 5, 41.5, 4.5, style: PlotStyle.area(at))
      svg.text(name, x + 16, 46, style: "soft")
      x += 34 + 6.4 * Double(name.count)
    }
    for (at, row) in rows.enumerated() {
      let y = top + Double(at) * Self.rowHeight
      svg.text(row.name, left - 8, y + 15, anchor: .end)
      for (series, range) in row.ranges.enumerated() {
        let middle = y + 7 + Double(series) * 9
        svg.line(scale[range.low], middle, scale[range.high], middle, style: PlotStyle.line(series))
        svg.circle(
          scale[range.median], middle, 3.6, style: PlotStyle.area(series),
          mark: SVG.Mark(name: "\(row.name), \(self.series[series])", value: range.median, unit: "x"))
      }
    }
    return svg
  }
}
