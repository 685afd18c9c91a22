/// The runs of feeds in several sinks' reports, each listed once.
///
/// A run is in one partition, which one sink of a group reads. Two sinks have it only after a rebalance, or if they are
/// in two groups. Reports contain counts, not sequence numbers, so frames that both read and frames lost between the
/// two parts cannot be determined: a note says so.
struct RunParts {
  private struct Run: Hashable {
    let feed, run: String
  }

  /// Sorted by feed and run; `nil` if no report has any.
  let feeds: [FeedReport]?
  private var split: [(report: FeedReport, files: [String])] = []

  /// The most runs that a note names.
  private static let maximumNamed = 10

  init(_ files: [RunReport.Named]) {
    var runs: [Run: (report: FeedReport, files: [String])] = [:]
    for file in files {
      for part in file.report.feeds ?? [] {
        let run = Run(feed: part.feed, run: part.run)
        guard let known = runs[run] else {
          runs[run] = (part, [file.name])
          continue
        }
        runs[run] = (Self.joined(known.report, part), known.files + [file.name])
      }
    }
    let sorted = runs.values.sorted { ($0.report.feed, $0.report.run) < ($1.report.feed, $1.report.run) }
    feeds = files.contains { $0.report.feeds != nil } ? sorted.map(\.report) : nil
    // A sink with too many runs reports the rest under an empty run id: that is not a split run.
    split = sorted.filter { $0.files.count > 1 && !$0.report.run.isEmpty }
  }

  /// Joins two parts. The result is complete if one of them is and no frame is missing or rejected in either.
  private static func joined(_ left: FeedReport, _ right: FeedReport) -> FeedReport {
    let frames = left.frames + right.frames
    let isWhole = (frames.missing ?? 0) == 0 && (frames.rejected ?? 0) == 0
    return FeedReport(
      feed: left.feed, run: left.run, frames: frames, complete: (left.complete || right.complete) && isWhole)
  }

  /// The feed's name, if there is only one.
  var onlyFeed: String? {
    let names = Set((feeds ?? []).map(\.feed))
    return names.count == 1 ? names.first : nil
  }

  var notes: [String] {
    var notes = split.prefix(Self.maximumNamed).map { run in
      "run \(run.report.run) of feed \(run.report.feed) is in \(run.files.joined(separator: ", ")): frames that more "
        + "than one of them read count again in each, and frames lost between their parts are not in missing"
    }
    if split.count > notes.count {
      notes.append("\(split.count - notes.count) further runs are in more than one report")
    }
    return notes
  }
}
