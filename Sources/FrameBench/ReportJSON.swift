import FoundationEssentials

/// How the reports of comparisons are written.
enum ReportJSON {
  /// Indented, keys sorted, so that two reports can be compared line by line.
  static func text(_ report: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(report), as: UTF8.self)
  }
}
