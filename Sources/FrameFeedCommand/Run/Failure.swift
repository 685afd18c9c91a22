import FrameBench
import FrameFeed

/// How a command ends.
enum ExitCode: Int32, Error {
  case done = 0
  case failed = 1
  /// Done, but frames are missing or were rejected.
  case incomplete = 2
  case usage = 64
  /// By Ctrl-C, or by whoever read the output.
  case stopped = 130
}

/// A failure with its exit code; the message is one line on standard error.
struct Failure: Error {
  let message: String
  let code: ExitCode

  init(_ error: some Error, code: ExitCode = .failed) {
    message = "\(error)"
    self.code = code
  }

  init(_ message: String, code: ExitCode = .usage) {
    self.message = message
    self.code = code
  }

  /// Any error of a command as the failure that it is.
  init(any error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as BenchError:
      if case .stopped = error {
        self.init(error, code: .stopped)
      } else {
        self.init(error, code: error.isUsage ? .usage : .failed)
      }
    default: self.init(error)
    }
  }
}
