import CommandArguments
import FrameLatency

/// `framefeed report`: processes reports that `--report` has written.
enum ReportCommand {
  static let node = CommandNode(
    CommandText("report", "Add up the reports of several sinks or sources."),
    [CommandNode(ReportMergeCommand.self)])
}

/// `framefeed report merge`: merges several reports into one.
struct ReportMergeCommand: Command {
  static let about = CommandText(
    "merge", "Add up reports of one command: counts, bytes, rates, and the percentiles of all.",
    discussion: """
      Percentiles are those of all durations, from the histograms in the reports, not a mean of percentiles.
      Rates are over the time in which any of them ran.
      """,
    examples: [
      "framefeed report merge sink-1.json sink-2.json",
      "framefeed report merge sink-*.json --report sinks.json",
    ])
  static let arguments: [Argument<ReportMergeCommand>] = [
    .operands(\.reports, "report", completion: .files, "Two or more files that --report has written."),
    .option(\.report, "report", value: "file", completion: .files, "Write the report of all to this file."),
    .flag(\.json, "json", "Print the report as JSON instead of a table."),
  ]

  var reports: [String] = []
  var report: String?
  var json = false

  func run() async throws {
    let merged: RunReport
    do throws(ReportError) { merged = try RunReport.merge(files: reports) } catch {
      throw Failure(error, code: error.isUsage ? .usage : .failed)
    }
    let wasRead = try ReportFile.publish(merged.json(), json ? nil : merged.table(), report)
    if !wasRead { throw ExitCode.stopped }
  }
}
