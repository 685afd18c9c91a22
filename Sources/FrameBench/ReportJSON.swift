import FoundationEssentials

/// Writes the reports of comparisons as JSON.
enum ReportJSON {
  /// Returns indented JSON with sorted keys, so that two reports can be compared line by line.
  static func text(_ report: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(report), as: UTF8.self)
  }
}
