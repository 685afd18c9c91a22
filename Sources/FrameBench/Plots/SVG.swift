import FrameLatency

/// Builds the drawing of one figure: SVG elements as text, with coordinates in px from the top left.
struct SVG {
  let width: Double
  let height: Double
  private var elements = ""

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  enum Anchor: String {
    case start, middle, end
  }

  mutating func text(
    _ text: String, _ x: Double, _ y: Double, anchor: Anchor = .start, style: String = "text"
  ) {
    elements +=
      "<text x=\"\(x.fixed(1))\" y=\"\(y.fixed(1))\" text-anchor=\"\(anchor.rawValue)\" class=\"\(style)\">\(Self.escaped(text))</text>\n"
  }

  mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String = "grid") {
    elements +=
      "<line x1=\"\(x1.fixed(1))\" y1=\"\(y1.fixed(1))\" x2=\"\(x2.fixed(1))\" y2=\"\(y2.fixed(1))\" class=\"\(style)\"/>\n"
  }

  /// - Parameter mark: the value it represents, shown as a tooltip.
  mutating func rect(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, style: String, mark: Mark? = nil
  ) {
    elements +=
      "<rect x=\"\(x.fixed(1))\" y=\"\(y.fixed(1))\" width=\"\(max(0, width).fixed(2))\" height=\"\(height.fixed(1))\" class=\"\(style)\"\(Self.marked(mark, "rect"))\n"
  }

  mutating func circle(_ x: Double, _ y: Double, _ radius: Double, style: String, mark: Mark? = nil) {
    elements +=
      "<circle cx=\"\(x.fixed(2))\" cy=\"\(y.fixed(1))\" r=\"\(radius.fixed(1))\" class=\"\(style)\"\(Self.marked(mark, "circle"))\n"
  }

  mutating func path(_ points: [(x: Double, y: Double)], style: String, mark: Mark? = nil) {
    let steps = points.enumerated().map { at, point in
      "\(at == 0 ? "M" : "L")\(point.x.fixed(1)) \(point.y.fixed(1))"
    }
    elements += "<path d=\"\(steps.joined())\" class=\"\(style)\"\(Self.marked(mark, "path"))\n"
  }

  /// Adds many dots as one element.
  mutating func dots(_ points: [(x: Double, y: Double)], style: String, mark: Mark? = nil) {
    let steps = points.map { "M\($0.x.fixed(1)) \($0.y.fixed(1))h0" }
    elements += "<path d=\"\(steps.joined())\" class=\"dots \(style)\"\(Self.marked(mark, "path"))\n"
  }

  /// The value in the report that an element represents.
  struct Mark {
    let name: String
    let value: Double
    let unit: String
  }

  private static func marked(_ mark: Mark?, _ element: String) -> String {
    guard let mark else { return "/>" }
    let name = escaped(mark.name)
    return
      " data-name=\"\(name)\" data-value=\"\(mark.value)\"><title>\(name): \(Quantity.text(mark.value)) \(mark.unit)</title></\(element)>"
  }

  static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.append(character)
      }
    }
    return result
  }

  /// Returns the element for a page that includes ``PlotStyle/rules``.
  func inline(title: String) -> String {
    "<svg viewBox=\"0 0 \(width.fixed(0)) \(height.fixed(0))\" role=\"img\" aria-label=\"\(Self.escaped(title))\">\n\(elements)</svg>"
  }

  /// Returns a complete SVG file.
  func file(title: String) -> String {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width.fixed(0)) \(height.fixed(0))" width="\(width.fixed(0))" height="\(height.fixed(0))">
    <title>\(Self.escaped(title))</title>
    <style>\(PlotStyle.rules)</style>
    <rect width="100%" height="100%" class="ground"/>
    \(elements)</svg>
    """
  }
}

/// Formats numbers for figures: three significant digits.
enum Quantity {
  static func text(_ value: Double) -> String {
    let size = abs(value)
    switch size {
    case 0: return "0"
    case ..<0.01: return value.fixed(4)
    case ..<1: return value.fixed(3)
    case ..<10: return value.fixed(2)
    case ..<100: return value.fixed(1)
    default: return value.fixed(0)
    }
  }
}

/// Colours of figures on a light and a dark background. No `var()`: SVG converters do not support it.
enum PlotStyle {
  /// Distinguishable for most kinds of colour vision (Okabe and Ito, Color Universal Design, 2008), first for a light
  /// background, then for a dark one.
  private static let colours = [
    ("#0072b2", "#4ba6e0"), ("#d55e00", "#f08a3c"), ("#009e73", "#2fc79b"), ("#cc79a7", "#e09cc4"),
    ("#8a6d00", "#e6c229"), ("#5b5fc7", "#9a9df0"), ("#56b4e9", "#7fd0ff"), ("#7f7f7f", "#a8a8a8"),
  ]
  private static let dashes = ["none", "6 3", "2 3"]

  /// Returns the class of the n-th series of areas.
  static func area(_ series: Int) -> String { "a\(series % colours.count)" }

  /// Returns the classes of the n-th series of lines; series beyond the number of colours differ by their dashes.
  static func line(_ series: Int) -> String {
    "l\(series % colours.count) d\(series / colours.count % dashes.count)"
  }

  static let rules: String = {
    func rules(ground: String, text: String, soft: String, grid: String, dark: Bool) -> String {
      let series = colours.enumerated().map { at, pair in
        let colour = dark ? pair.1 : pair.0
        return ".a\(at){fill:\(colour)}.l\(at){stroke:\(colour)}"
      }.joined()
      return
        ".ground{fill:\(ground)}.text{fill:\(text)}.soft{fill:\(soft)}.head{fill:\(text)}.grid{stroke:\(grid)}.axis{stroke:\(soft)}.whisker{stroke:\(text)}\(series)"
    }
    let strokes = dashes.enumerated().map { ".d\($0){stroke-dasharray:\($1)}" }.joined()
    return "svg text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;font-size:12px}"
      + "svg .soft{font-size:11px}svg .head{font-size:14px;font-weight:600}"
      + "svg path{fill:none;stroke-width:1.8;stroke-linejoin:round}svg .dots{stroke-width:2.4;stroke-linecap:round;stroke-opacity:.55}"
      + "svg line{stroke-width:1}svg .whisker{stroke-width:1.4}\(strokes)"
      + rules(ground: "#ffffff", text: "#1c1e21", soft: "#5f6670", grid: "#e3e6ea", dark: false)
      + "@media (prefers-color-scheme:dark){"
      + rules(ground: "#16181c", text: "#e8eaed", soft: "#9aa3ad", grid: "#2c3138", dark: true) + "}"
  }()
}
