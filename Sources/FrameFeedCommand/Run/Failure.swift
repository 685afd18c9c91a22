import FrameBench
import FrameFeed

/// How a command ended.
enum ExitCode: Int32, Error {
  case done = 0
  case failed = 1
  /// Done, but frames are missing or were rejected.
  case incomplete = 2
  case usage = 64
  /// By Ctrl-C, or by a closed standard output.
  case stopped = 130
}

/// An error with its exit code; the message is one line on standard error.
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

  /// Converts any error of a command.
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
