/// The result of a comparison, for programs and for people.
public protocol ComparisonReport: Codable, Sendable {
  /// The report as JSON, keys sorted.
  func json() throws -> String
  /// The report as aligned tables for a terminal, without a newline at the end.
  func table() -> String
}

extension ComparisonReport {
  public func json() throws -> String { try ReportJSON.text(self) }
}
