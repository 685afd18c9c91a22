import FoundationEssentials
import FrameCore
import FrameFeed
import FrameLatency

/// Runs a blocking pipeline on its own thread, prints its progress, and stops it on Ctrl-C.
package enum FeedRunner {
  /// - Parameters:
  ///   - progress: returns the line to print.
  ///   - stop: makes the pipeline drain and end.
  ///   - work: the pipeline.
  package static func run<R: Sendable>(
    _ output: OutputOptions, progress: @escaping @Sendable () -> String,
    stop: @escaping @Sendable () -> Void,
    _ work: @escaping @Sendable () throws -> R
  ) async throws -> R {
    let stopped = StopSignal()
    let signals = StopSignals(stopped, stop: stop)
    defer { signals.cancel() }
    let show = Task.detached {
      // Often on a terminal, seldom in a log file.
      let step: Duration = Console.shared.isTerminal ? .milliseconds(250) : .seconds(5)
      while !output.quiet {
        try await Task.sleep(for: step)
        Console.shared.show(progress())
      }
    }
    let result: Result<R, any Error> = await withCheckedContinuation { continuation in
      _ = PipelineThread("framefeed") { continuation.resume(returning: Result { try work() }) }
    }
    show.cancel()
    _ = await show.result
    Console.shared.clear()
    if case .failure(let error) = result, stopped.isRequested { throw Failure(error, code: .stopped) }
    return try result.get()
  }

  /// Prints and saves the report, and throws the exit code if it is not 0.
  /// - Parameter isAside: see ``ReportFile/publish(_:_:_:isAside:)``.
  static func finish(_ outcome: FeedOutcome, _ output: OutputOptions, isAside: Bool = false) throws {
    let wasRead = try ReportFile.publish(
      outcome.report.json(), output.json ? nil : outcome.report.table(), output.report, isAside: isAside)
    if outcome.wasStopped || !wasRead { throw ExitCode.stopped }
    if let failure = outcome.failure { throw Failure(failure) }
    if !outcome.isComplete { throw ExitCode.incomplete }
  }
}
