import FrameLatency
import Glibc

/// Maps values to px along one axis, and places its ticks.
struct Scale {
  enum Kind {
    case linear
    /// All decades have the same length.
    case logarithmic
    /// For percentages: 90, 99, 99.9 are equidistant, as in HdrHistogram's plots.
    case percentile
  }

  let kind: Kind
  let values: ClosedRange<Double>
  let start: Double
  let end: Double

  private init(_ kind: Kind, _ values: ClosedRange<Double>, _ start: Double, _ end: Double) {
    self.kind = kind
    self.values = values
    self.start = start
    self.end = end
  }

  /// Returns a scale from 0 to at least `most`.
  static func linear(to most: Double, _ start: Double, _ end: Double) -> Scale {
    let step = niceStep(most > 0 ? most : 1)
    return Scale(.linear, 0...(((most > 0 ? most : 1) / step).rounded(.up) * step), start, end)
  }

  /// Returns a scale between the nearest of 1, 2, 5 per decade around the values, which must be above 0.
  static func logarithmic(_ least: Double, _ most: Double, _ start: Double, _ end: Double) -> Scale {
    let low = decadeSteps.last { $0 <= least * 1.0001 } ?? decadeSteps[0]
    let high = decadeSteps.first { $0 >= most * 0.9999 } ?? decadeSteps.last!
    return Scale(.logarithmic, low...max(high, low * 2), start, end)
  }

  /// Returns a scale from 0 to the highest percentage below 100 that `count` values can show.
  static func percentile(count: Int, _ start: Double, _ end: Double) -> Scale {
    Scale(.percentile, 0...(100 * (1 - 0.5 / Double(max(count, 2)))), start, end)
  }

  /// The position of a value, px.
  subscript(value: Double) -> Double {
    let (low, high) = (position(values.lowerBound), position(values.upperBound))
    let share = (position(min(max(value, values.lowerBound), values.upperBound)) - low) / (high - low)
    return start + share * (end - start)
  }

  private func position(_ value: Double) -> Double {
    switch kind {
    case .linear: value
    case .logarithmic: log10(value)
    case .percentile: -log10(1 - value / 100)
    }
  }

  var ticks: [(value: Double, label: String)] {
    switch kind {
    case .linear:
      let step = Self.niceStep(values.upperBound)
      return (0...Int((values.upperBound / step).rounded())).map {
        (Double($0) * step, Quantity.short(Double($0) * step))
      }
    case .logarithmic:
      let steps = Self.decadeSteps.filter { values.contains($0) }
      // Only decades where 1, 2 and 5 would be too dense.
      let wide = steps.count > 10
      return steps.enumerated().filter { !wide || Self.isDecade($1) }.map { ($1, Quantity.short($1)) }
    case .percentile:
      return [0, 50, 90, 99, 99.9, 99.99].filter { values.contains($0) }.map {
        ($0, "\(Quantity.short($0)) %")
      }
    }
  }

  private static let decadeSteps: [Double] = (-5...7).flatMap { power in
    [1, 2, 5].map { $0 * pow(10, Double(power)) }
  }

  private static func isDecade(_ value: Double) -> Bool {
    let power = log10(value)
    return abs(power - power.rounded()) < 0.01
  }

  /// Returns 1, 2 or 5 times a power of ten, so that there are four to ten steps.
  private static func niceStep(_ most: Double) -> Double {
    let rough = most / 5
    let power = pow(10, log10(rough).rounded(.down))
    return [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 }!
  }
}

extension Quantity {
  /// Returns the number without trailing zeros.
  static func short(_ value: Double) -> String {
    // Ticks have at most five decimals.
    var text = Substring(value.fixed(5))
    if text.contains(".") {
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
    }
    return String(text)
  }
}
