extension StageSummary {
  /// Returns the stages of all reports, each from the added histograms.
  static func merge(_ files: [RunReport.Named]) throws(ReportError) -> [String: StageSummary] {
    var merged: [String: StageSummary] = [:]
    for stage in Set(files.flatMap(\.report.stages.keys)) {
      merged[stage] = try merge(stage, of: files)
    }
    return merged
  }

  /// Merges one stage. Minimum, maximum and mean stay exact, as those of the parts are.
  private static func merge(
    _ stage: String, of files: [RunReport.Named]
  ) throws(ReportError) -> StageSummary? {
    var histogram = Histogram()
    var parts: [StageSummary] = []
    for file in files {
      guard let part = file.report.stages[stage] else { continue }
      guard let text = part.histogram else { throw .noHistogram(file: file.name, stage: stage) }
      let held: Int
      do throws(HistogramError) {
        let other = try Histogram(encoded: text)
        held = other.count
        try histogram.add(other)
      } catch {
        throw .histogram(file: file.name, stage: stage, error)
      }
      guard held == part.count else {
        throw .otherCount(file: file.name, stage: stage, count: part.count, held: held)
      }
      if part.count > 0 { parts.append(part) }
    }
    guard let shortest = parts.map(\.min).min(), let longest = parts.map(\.max).max() else { return nil }
    let total = parts.reduce(0) { $0 + $1.mean * Double($1.count) }
    var summary = histogram.summary(min: shortest, mean: total / Double(histogram.count), max: longest)
    summary.histogram = histogram.encoded()
    return summary
  }
}
