import FrameFeed

/// How a command ends.
package enum ExitCode: Int32, Error {
  case done = 0
  case failed = 1
  /// Done, but frames are missing or were rejected.
  case incomplete = 2
  case usage = 64
  /// By Ctrl-C, or by whoever read the output.
  case stopped = 130
}

/// An error that knows how the program ends with it.
package protocol ExitingError: Error {
  var exitCode: ExitCode { get }
}

/// A failure with its exit code; the message is one line on standard error.
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

  /// Any error of a command as the failure that it is.
  init(any error: any Error) {
    switch error {
    case let failure as Failure: self = failure
    case let error as any ExitingError: self.init(error, code: error.exitCode)
    default: self.init(error)
    }
  }
}
