package import FrameBench
package import FrameFeedCommand

extension BenchError: ExitingError {
  package var exitCode: ExitCode {
    if case .stopped = self { return .stopped }
    return isUsage ? .usage : .failed
  }
}
