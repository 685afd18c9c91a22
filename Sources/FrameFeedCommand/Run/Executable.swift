import FrameCore
import Foundation

/// This program's file, for child processes.
enum Executable {
  static var path: String {
    Bundle.main.executablePath ?? CommandLine.arguments[0]
  }
}

/// A line of progress that one thread writes and another prints.
final class ProgressLine: Sendable {
  private let state = Lock("")

  var text: String {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}
