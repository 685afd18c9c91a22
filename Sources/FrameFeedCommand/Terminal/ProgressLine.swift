import FrameCore

/// A line of progress that one thread writes and another shows.
package final class ProgressLine: Sendable {
  private let state = Lock("")

  package init() {}

  package var text: String {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}
