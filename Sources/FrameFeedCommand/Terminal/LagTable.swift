import KafkaTransport

/// The lag of a group as a table: `-` for values that could not be read, `none` for a position that does not exist yet.
struct LagTable {
  private let parts: [PartitionLag]

  private let group: String?

  /// - Parameter group: the group's name, for the last line.
  init(_ parts: [PartitionLag], group: String? = nil) {
    self.parts = parts
    self.group = group
  }

  /// One row per partition, the problems and remarks, and the sum.
  var text: String {
    let head = ["partition", "beginning", "end", "readable", "committed", "lag"]
    let rows = parts.map { part in
      func cell(_ offset: Int64?) -> String { offset.map { "\($0)" } ?? "-" }
      // The lag is known, so the position was read and does not exist.
      let none = part.committed == nil && part.lag != nil
      return [
        "\(part.partition)", cell(part.beginning), cell(part.end), cell(part.readable),
        none ? "none" : cell(part.committed), cell(part.lag),
      ]
    }
    let lines = ([head] + rows).map { cells in
      zip(cells, [9, 9, 10, 10, 10, 10]).map { Self.right($0, $1) }.joined(separator: "  ")
    }
    return (lines + problems + parts.flatMap(\.remarks) + [sum]).joined(separator: "\n") + "\n"
  }

  /// One line for each distinct problem: often all partitions have the same.
  private var problems: [String] {
    var texts: [String] = []
    for case let problem? in parts.map(\.problem) where !texts.contains(problem) { texts.append(problem) }
    return texts.map { problem in
      let having = parts.filter { $0.problem == problem }.map { "\($0.partition)" }
      return "partition\(having.count == 1 ? "" : "s") \(having.joined(separator: ", ")): \(problem)"
    }
  }

  private var sum: String {
    let behind = parts.reduce(0) { $0 + ($1.lag ?? 0) }
    let known = "\(behind) record\(behind == 1 ? "" : "s") behind"
    if let group, !parts.isEmpty, parts.allSatisfy({ $0.lag != nil && $0.committed == nil }) {
      return "group \(group) has committed nothing: \(known)"
    }
    let unknown = parts.count { $0.lag == nil }
    guard unknown > 0 else { return known }
    guard unknown < parts.count else { return "how far it is behind is not known" }
    return "\(known) in \(parts.count - unknown) partitions; of \(unknown) it is not known"
  }

  private static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
