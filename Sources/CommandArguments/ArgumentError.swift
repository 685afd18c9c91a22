/// An error in a command line.
public struct ArgumentError: Error, Equatable, CustomStringConvertible {
  /// One line: the argument, the text typed, and what is expected.
  public let description: String

  init(_ message: String, suggestion: String? = nil) {
    description = message + (suggestion.map { "; did you mean \($0)?" } ?? "")
  }

  /// Returns the error for an unknown option. It contains only the name, because a value joined to it may be a secret.
  static func noOption(_ word: String, among names: [String]) -> Self {
    let name = String(word.hasPrefix("--") ? word.prefix { $0 != "=" } : word.prefix(2))
    return Self("\(name): no such option", suggestion: names.nearest(to: name))
  }
}

extension [String] {
  /// Returns the element that was probably meant, if a word differs from it by one or two typing errors, or is its
  /// prefix.
  func nearest(to word: String) -> String? {
    let word = word.lowercased()
    let ranked = map { (name: $0, distance: slips($0.lowercased(), word)) }
    guard let best = ranked.min(by: { $0.distance < $1.distance }), !word.isEmpty else { return nil }
    // Dashes are in every name, so that they do not count as a match.
    let letters = Swift.min(best.name.count, word.count) - word.prefix { $0 == "-" }.count
    if letters > 1, best.distance <= Swift.max(1, letters / 3) { return best.name }
    return letters > 1 ? first { $0.lowercased().hasPrefix(word) } : nil
  }
}

/// Returns the letters added, omitted, changed, or swapped with their neighbour between two words.
private func slips(_ left: String, _ right: String) -> Int {
  let (left, right) = (Array(left.prefix(64)), Array(right.prefix(64)))
  var rows = [Array(0...right.count)]
  for (i, a) in left.enumerated() {
    var row = [i + 1]
    for (j, b) in right.enumerated() {
      var cost = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (a == b ? 0 : 1))
      if i > 0, j > 0, a == right[j - 1], left[i - 1] == b { cost = min(cost, rows[i - 1][j - 1] + 1) }
      row.append(cost)
    }
    rows.append(row)
  }
  return rows[left.count][right.count]
}
