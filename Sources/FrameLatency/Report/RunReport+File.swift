import FoundationEssentials

extension RunReport {
  /// Reads a report written by `--report`.
  public static func read(_ path: String) throws(ReportError) -> RunReport {
    let data: Data
    do { data = try Data(contentsOf: URL(filePath: path)) } catch {
      throw .unreadable(file: path, reason: "cannot be read: \(reason(error)); expected a file of --report")
    }
    return try parse(data, file: path)
  }

  static func parse(_ data: Data, file: String) throws(ReportError) -> RunReport {
    struct Head: Decodable {
      let schema: String
    }
    let decoder = JSONDecoder()
    // In the form that `json()` writes.
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let head: Head
    do { head = try decoder.decode(Head.self, from: data) } catch {
      throw .notARunReport(file: file, reason: "is not a report: expected the JSON that --report writes")
    }
    guard head.schema == currentSchema else {
      throw .notARunReport(
        file: file, reason: "of schema \"\(head.schema)\"; expected \(currentSchema): of stream, sink or demo"
      )
    }
    do { return try decoder.decode(RunReport.self, from: data) } catch {
      throw .notARunReport(
        file: file, reason: "is damaged: \(field(error)); run it again with --report")
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile: "no such file"
    case .fileReadNoPermission: "permission denied"
    default: "not a readable file"
    }
  }

  /// Returns the field that is not as expected.
  private static func field(_ error: any Error) -> String {
    func name(_ path: [any CodingKey]) -> String {
      path.isEmpty ? "the report" : path.map(\.stringValue).joined(separator: ".")
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context): return "\(name(context.codingPath + [key])) is missing"
    case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
      return "\(name(context.codingPath)) is not of type \(type)"
    case .dataCorrupted(let context): return "\(name(context.codingPath)) is malformed"
    default: return "it does not fit the schema"
    }
  }
}
