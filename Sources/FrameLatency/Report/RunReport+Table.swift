extension RunReport {
  /// Returns the report as one aligned table for a terminal, without a final newline. Times in ms.
  public func table() -> String {
    var lines = [headline] + countLines + [volumeLine]
    lines += oddityLines
    lines += feedLines
    lines += stageLines
    lines += (notes ?? []).map { "note: \($0)" }
    return lines.map(\.printable).joined(separator: "\n")
  }

  private var headline: String {
    var parts = [command]
    let names = feeds.map { Set($0.map(\.feed)).sorted() } ?? []
    let more = names.count > Self.maximumListed ? " and \(names.count - Self.maximumListed) more" : ""
    if let feed {
      parts.append("feed \(feed)")
    } else if !names.isEmpty {
      parts.append(
        (names.count == 1 ? "feed " : "feeds ")
          + names.prefix(Self.maximumListed).joined(separator: ", ") + more)
    }
    if let codec { parts.append("codec \(codec)") }
    parts.append("broker \(broker)")
    parts.append("\(durationSeconds.fixed(2)) s")
    return parts.joined(separator: "  ")
  }

  /// One line of the ordinary counts, and one of those that indicate trouble.
  private var countLines: [String] {
    let troubles: Set = [
      "missing", "duplicate", "reordered", "droppedFull", "droppedStale", "damaged", "rejected",
      "lost", "notRead",
    ]
    // Counts that seldom apply are not shown at 0.
    let counts = frames.applicable.filter { $0.count > 0 || !["lost", "notRead"].contains($0.name) }
    let lines = [counts.filter { !troubles.contains($0.name) }, counts.filter { troubles.contains($0.name) }]
    return lines.filter { !$0.isEmpty }.map { "frames  " + Self.list($0) }
  }

  private var volumeLine: String {
    var parts: [String] = []
    if let raw = bytes.raw { parts.append("raw \((Double(raw) / 1e6).fixed(2)) MB") }
    if let payload = bytes.payload { parts.append("payload \((Double(payload) / 1e6).fixed(2)) MB") }
    parts.append("\(rate.fps.fixed(2)) fps")
    parts.append("\(rate.megabytesPerSecond.fixed(2)) MB/s")
    parts.append("cpu \(process.cpuSeconds.fixed(2)) s")
    parts.append("peak memory \((Double(process.peakResidentBytes) / 1e6).fixed(1)) MB")
    return "bytes   " + parts.joined(separator: "  ")
  }

  private var oddityLines: [String] {
    guard let oddities, !oddities.isEmpty else { return [] }
    return [
      "odd     " + Self.list(oddities.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) })
    ]
  }

  /// The most runs and feed names that the table lists; the JSON has more.
  private static let maximumListed = 20

  /// One line for each run, unless the totals are sufficient. If there are too many, incomplete runs come first.
  private var feedLines: [String] {
    guard let feeds, feeds.count > 1 || feeds.contains(where: { !$0.complete }) else { return [] }
    guard feeds.count > Self.maximumListed else { return feeds.map(Self.line) }
    let ordered = feeds.filter { !$0.complete } + feeds.filter(\.complete)
    let rest = ordered.dropFirst(Self.maximumListed)
    let open = rest.count { !$0.complete }
    var parts = ["and \(rest.count) further runs:"]
    if open < rest.count { parts.append("\(rest.count - open) complete") }
    if open > 0 { parts.append("\(open) not complete") }
    return ordered.prefix(Self.maximumListed).map(Self.line) + ["feed    " + parts.joined(separator: "  ")]
  }

  private static func line(_ report: FeedReport) -> String {
    let verdict = report.complete ? "complete" : "not complete"
    let counts = report.frames.applicable.filter { $0.count > 0 || !["lost", "notRead"].contains($0.name) }
    return "feed    \(report.feed)  run \(report.run)  \(list(counts))  \(verdict)"
  }

  private var stageLines: [String] {
    let present = Stage.allCases.compactMap { stage in stages[stage.rawValue].map { (stage, $0) } }
    guard let longest = present.map(\.1.max).max() else { return [] }
    // Microseconds are meaningless beside seconds, and one precision for all aligns the decimal points.
    let decimals = longest < 1000 ? 3 : 2
    let rows = present.map { stage, summary in
      let times = [summary.p50, summary.p90, summary.p99, summary.p999, summary.max]
      return [stage.rawValue, String(summary.count)] + times.map { $0.fixed(decimals) }
    }
    return TextTable.aligned([["ms", "count", "p50", "p90", "p99", "p99.9", "max"]] + rows)
  }

  private static func list(_ counts: [(name: String, count: Int)]) -> String {
    counts.map { "\($0.name) \($0.count)" }.joined(separator: "  ")
  }
}

extension Double {
  /// Returns decimal text with this many digits after the point, without grouping or exponent.
  public func fixed(_ decimals: Int) -> String {
    let factor = (0..<decimals).reduce(1) { result, _ in result * 10 }
    let scaled = (self * Double(factor)).rounded()
    guard let whole = Int(exactly: scaled) else { return "\(self)" }
    guard decimals > 0 else { return "\(whole)" }
    let fraction = String(whole.magnitude % UInt(factor))
    let zeros = String(repeating: "0", count: decimals - fraction.count)
    return "\(whole < 0 ? "-" : "")\(whole.magnitude / UInt(factor)).\(zeros)\(fraction)"
  }
}

extension String {
  /// The text without control characters: feed names come from the network.
  fileprivate var printable: String {
    let safe = unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: Unicode.Scalar("?")
      default: scalar
      }
    }
    return String(String.UnicodeScalarView(safe))
  }
}
