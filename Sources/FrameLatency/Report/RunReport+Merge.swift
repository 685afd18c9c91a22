extension RunReport {
  /// A report and the name of its file, for errors and notes.
  public typealias Named = (name: String, report: RunReport)

  /// Reads and merges the reports in these files. See ``merge(_:)``.
  public static func merge(files: [String]) throws(ReportError) -> RunReport {
    guard files.count > 1 else { throw .tooFew(files.count) }
    var reports: [Named] = []
    for file in files { reports.append((file, try read(file))) }
    return try merge(reports)
  }

  /// Returns one report of several runs of a command, such as the sinks of one group.
  ///
  /// Percentiles are computed from the added histograms: they are those of one report of all durations. Counts and
  /// bytes are added. Rates cover the time in which at least one run was active, from each report's `started` and
  /// `durationSeconds`, by its own host's clock. Differing values are listed, and `notes` names them.
  /// - Throws: if there are fewer than two reports, or one lacks required data.
  public static func merge(_ files: [Named]) throws(ReportError) -> RunReport {
    guard files.count > 1 else { throw .tooFew(files.count) }
    try checkTheyBelongTogether(files)
    let reports = files.map(\.report)
    let time = try RunTime(files)
    let parts = RunParts(files)
    let stages = try StageSummary.merge(files)
    let frames = reports.dropFirst().reduce(reports[0].frames) { $0 + $1.frames }
    let bytes = Bytes(
      raw: FrameCounts.sum(reports.map(\.bytes.raw)), payload: FrameCounts.sum(reports.map(\.bytes.payload)))
    let seconds = max(time.occupied, 1e-9)
    let differing = Differences(files)
    return RunReport(
      command: reports[0].command, started: time.started, durationSeconds: time.span, host: differing.host,
      versions: differing.versions, broker: list(reports.map(\.broker)), settings: differing.settings,
      feed: parts.feeds == nil ? nonEmpty(list(reports.compactMap(\.feed))) : parts.onlyFeed,
      codec: nonEmpty(list(reports.compactMap(\.codec))), frames: frames, bytes: bytes,
      rate: Rate(
        fps: Double(frames.inferred ?? frames.sent ?? 0) / seconds,
        megabytesPerSecond: Double(bytes.payload ?? 0) / 1e6 / seconds),
      stages: stages, process: ProcessUsage.merge(reports.map(\.process)), feeds: parts.feeds,
      perFeed: FeedLatency.merge(reports.map(\.perFeed)), lag: FrameCounts.sum(reports.map(\.lag)),
      oddities: FrameCounts.sum(reports.map(\.oddities)), clocks: ClockReport.merge(reports.map(\.clocks)),
      notes: [origin(files, time)] + differing.notes + parts.notes + differing.ownNotes)
  }

  private static func checkTheyBelongTogether(_ files: [Named]) throws(ReportError) {
    var seen: [String: String] = [:]
    for file in files {
      let command = files[0].report.command
      guard file.report.command == command else {
        throw .otherCommand(file: file.name, command: file.report.command, expected: command)
      }
      let json = file.report.json()
      if let other = seen[json] { throw .sameReport(file: file.name, as: other) }
      seen[json] = file.name
    }
  }

  private static func origin(_ files: [Named], _ time: RunTime) -> String {
    "merged from \(files.map(\.name).joined(separator: ", ")): rates are over the \(time.occupied.fixed(2)) s in "
      + "which any of them ran, start-up included; peak memory is that of the largest"
  }

  /// Returns the distinct values in their order, joined.
  static func list(_ values: [String], separator: String = ", ") -> String {
    var distinct: [String] = []
    for value in values where !distinct.contains(value) { distinct.append(value) }
    return distinct.joined(separator: separator)
  }

  private static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
}

extension RunReport.FeedLatency {
  /// Adds the counts. Percentiles cannot be added: they are kept only for feeds in one report.
  static func merge(_ parts: [[RunReport.FeedLatency]?]) -> [RunReport.FeedLatency]? {
    guard parts.contains(where: { $0 != nil }) else { return nil }
    var merged: [String: RunReport.FeedLatency] = [:]
    for part in parts.compactMap(\.self).joined() {
      guard let known = merged[part.feed] else {
        merged[part.feed] = part
        continue
      }
      merged[part.feed] = RunReport.FeedLatency(
        feed: part.feed, inferred: FrameCounts.sum([known.inferred, part.inferred]) ?? 0, endToEnd: nil)
    }
    return merged.values.sorted { $0.feed < $1.feed }
  }
}

extension ProcessUsage {
  /// Adds the CPU times. The peaks may have been at different times, so the largest is kept.
  static func merge(_ parts: [ProcessUsage]) -> ProcessUsage {
    ProcessUsage(
      cpuSeconds: parts.reduce(0) { $0 + $1.cpuSeconds },
      peakResidentBytes: parts.map(\.peakResidentBytes).max() ?? 0)
  }
}
