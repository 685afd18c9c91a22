/// Lines or dots in a plane, with the names of the series on the right.
struct LineFigure {
  struct Series {
    let name: String
    let points: [(x: Double, y: Double)]
    /// The value in the tooltip of the series.
    let value: Double
  }

  enum Horizontal {
    /// Percentages of `count` values.
    case percentile(count: Int)
    case linear
  }

  let title: String
  let horizontal: Horizontal
  let xUnit: String
  let yUnit: String
  let series: [Series]
  var isDotted = false

  private static let (width, height) = (860.0, 440.0)

  func drawing() -> SVG {
    let legend = 40 + 6.8 * Double(series.map(\.name.count).max() ?? 0)
    let (left, right) = (64.0, Self.width - legend)
    let (top, bottom) = (44.0, Self.height - 52)
    var svg = SVG(width: Self.width, height: Self.height)
    svg.text(title, 8, 22, style: "head")
    let values = series.flatMap { $0.points.map(\.y) }.filter { $0 > 0 }
    let y = Scale.logarithmic(values.min() ?? 1, values.max() ?? 10, bottom, top)
    let x: Scale =
      switch horizontal {
      case .percentile(let count): .percentile(count: count, left, right)
      case .linear: .linear(to: series.flatMap { $0.points.map(\.x) }.max() ?? 1, left, right)
      }
    for tick in y.ticks {
      svg.line(left, y[tick.value], right, y[tick.value])
      svg.text(tick.label, left - 8, y[tick.value] + 4, anchor: .end, style: "soft")
    }
    for tick in x.ticks {
      svg.line(x[tick.value], top, x[tick.value], bottom)
      svg.text(tick.label, x[tick.value], bottom + 18, anchor: .middle, style: "soft")
    }
    svg.text(yUnit, 8, top - 6, style: "soft")
    svg.text(xUnit, (left + right) / 2, bottom + 38, anchor: .middle, style: "soft")
    for (at, line) in series.enumerated() {
      let points = line.points.map { (x: x[$0.x], y: y[$0.y]) }
      let mark = SVG.Mark(name: line.name, value: line.value, unit: yUnit)
      if isDotted {
        svg.dots(points, style: PlotStyle.line(at), mark: mark)
      } else {
        svg.path(points, style: PlotStyle.line(at), mark: mark)
      }
      let row = top + 8 + Double(at) * 20
      svg.path([(right + 12, row), (right + 32, row)], style: PlotStyle.line(at))
      svg.text(line.name, right + 38, row + 4, style: "soft")
    }
    svg.line(left, bottom, right, bottom, style: "axis")
    return svg
  }
}
