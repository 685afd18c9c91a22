import FrameLatency

/// Horizontal bars, one per row, each with one or more parts.
struct BarFigure {
  struct Row {
    let name: String
    /// One value per series, in order; they are stacked.
    let parts: [Double]
    /// The text after the bar; by default the sum.
    var label: String?
    /// The end of a line that extends the bar.
    var whisker: Double?
  }

  let title: String
  let unit: String
  /// Names of the parts; a single part needs no legend.
  let series: [String]
  let rows: [Row]
  /// Whether the axis is logarithmic; rows then have one part.
  var isLogarithmic = false
  /// The meaning of whiskers, for the legend.
  var whiskerName: String?

  private static let width = 860.0
  private static let rowHeight = 26.0

  func drawing() -> SVG {
    let nameWidth = 16 + 7.0 * Double(rows.map(\.name.count).max() ?? 0)
    let labelWidth = 24 + 6.6 * Double(rows.map { label($0).count }.max() ?? 0)
    let (left, right) = (nameWidth, Self.width - labelWidth)
    let top = series.count > 1 || whiskerName != nil ? 64.0 : 40.0
    let bottom = top + Double(rows.count) * Self.rowHeight
    var svg = SVG(width: Self.width, height: bottom + 48)
    svg.text(title, 8, 22, style: "head")
    let ends = rows.map { max($0.parts.reduce(0, +), $0.whisker ?? 0) }
    let most = ends.max() ?? 1
    let least = rows.map { $0.parts.reduce(0, +) }.filter { $0 > 0 }.min() ?? 1
    let scale =
      isLogarithmic
      ? Scale.logarithmic(least / 2, most, left, right) : Scale.linear(to: most, left, right)
    for tick in scale.ticks {
      svg.line(scale[tick.value], top - 4, scale[tick.value], bottom)
      svg.text(tick.label, scale[tick.value], bottom + 16, anchor: .middle, style: "soft")
    }
    svg.text(unit, (left + right) / 2, bottom + 36, anchor: .middle, style: "soft")
    legend(&svg, left)
    for (at, row) in rows.enumerated() { draw(row, top + Double(at) * Self.rowHeight, scale, left, &svg) }
    svg.line(left, top - 4, left, bottom, style: "axis")
    return svg
  }

  private func draw(_ row: Row, _ y: Double, _ scale: Scale, _ left: Double, _ svg: inout SVG) {
    svg.text(row.name, left - 8, y + 15, anchor: .end)
    var sum = 0.0
    var x = left
    for (series, part) in row.parts.enumerated() {
      sum += part
      let end = sum > 0 ? scale[sum] : left
      let name = self.series.count > 1 ? "\(row.name), \(self.series[series])" : row.name
      svg.rect(
        x, y + 4, end - x, 15, style: PlotStyle.area(series),
        mark: SVG.Mark(name: name, value: part, unit: unit))
      x = end
    }
    if let whisker = row.whisker, whisker > sum {
      svg.line(x, y + 11.5, scale[whisker], y + 11.5, style: "whisker")
      svg.line(scale[whisker], y + 7, scale[whisker], y + 16, style: "whisker")
      x = scale[whisker]
    }
    svg.text(label(row), x + 6, y + 15, style: "soft")
  }

  private func label(_ row: Row) -> String { row.label ?? Quantity.text(row.parts.reduce(0, +)) }

  private func legend(_ svg: inout SVG, _ left: Double) {
    guard series.count > 1 || whiskerName != nil else { return }
    var x = left
    for (at, name) in series.enumerated() {
      svg.rect(x, 36, 11, 11, style: PlotStyle.area(at))
      svg.text(name, x + 16, 46, style: "soft")
      x += 34 + 6.4 * Double(name.count)
    }
    if let whiskerName {
      svg.line(x, 41.5, x + 18, 41.5, style: "whisker")
      svg.line(x + 18, 37, x + 18, 46, style: "whisker")
      svg.text(whiskerName, x + 24, 46, style: "soft")
    }
  }
}
