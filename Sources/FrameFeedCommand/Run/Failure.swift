import FrameFeed

/// How a command ended.
package enum ExitCode: Int32, Error {
  case done = 0
  case failed = 1
  /// Done, but frames are missing or were rejected.
  case incomplete = 2
  case usage = 64
  /// By Ctrl-C, or by a closed standard output.
  case stopped = 130
}

/// An error that knows how the program ends with it.
package protocol ExitingError: Error {
  var exitCode: ExitCode { get }
}

/// An error with its exit code; the message is one line on standard error.
package struct Failure: Error {
  let message: String
  let code: ExitCode

  package init(_ error: some Error, code: ExitCode = .failed) {
    message = "\(error)"
    self.code = code
  }

  package init(_ message: String, code: ExitCode = .usage) {
    self.message = message
    self.code = code
  }

  /// Converts any error of a command.
  init(any error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as any ExitingError: self.init(error, code: error.exitCode)
    default: self.init(error)
    }
  }
}
