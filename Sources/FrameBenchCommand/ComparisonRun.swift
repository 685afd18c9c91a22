import FrameBench
import FrameFeedCommand
import FrameCore

/// One run of a comparison: handles progress, Ctrl-C and the report.
enum ComparisonRun {
  /// - Parameter measure: gets a signal that stops it early, and a function for progress messages.
  /// - Returns: the report, which has been written and printed.
  /// - Throws: exit code 130, after the report, if it was stopped.
  @discardableResult
  static func run<R: ComparisonReport>(
    _ output: OutputOptions,
    _ measure: @escaping @Sendable (StopSignal, @escaping @Sendable (String) -> Void) throws -> R
  ) async throws -> R {
    let stop = StopSignal()
    let step = ProgressLine()
    let report = try await FeedRunner.run(output, progress: { step.text }, stop: { stop.request() }) {
      try measure(stop) { step.text = $0 }
    }
    let wasRead = try ReportFile.publish(
      try report.json(), output.json ? nil : report.table(), output.report)
    if stop.isRequested || !wasRead { throw ExitCode.stopped }
    return report
  }
}
