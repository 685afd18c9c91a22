import Dispatch
import FrameCore
import Glibc

/// Handles signals. The first SIGINT (Ctrl-C) or SIGTERM requests draining and a report; the second ends the program at
/// once.
///
/// SIGPIPE does not end the program: a write to a closed pipe fails, and the writer stops as for Ctrl-C.
final class StopSignals {
  private let sources: [any DispatchSourceSignal]

  /// - Parameters:
  ///   - requested: is requested at the first signal.
  ///   - stop: called once, on a thread of Dispatch.
  init(_ requested: StopSignal, stop: @escaping @Sendable () -> Void) {
    // An empty handler instead of SIG_IGN, which child processes would inherit.
    signal(SIGPIPE) { _ in }
    // One queue, so that signals are handled one after the other.
    let queue = DispatchQueue(label: "framefeed.signals")
    sources = [SIGINT, SIGTERM].map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if requested.isRequested {
          Console.shared.clear()
          // At once, and without `exit`, which is unsafe while other threads run.
          Console.shared.finish(milliseconds: 100)
          _exit(ExitCode.stopped.rawValue)
        }
        Console.shared.line("stopping: draining what is in flight; a second signal stops at once")
        requested.request()
        stop()
      }
      source.resume()
      return source
    }
  }

  /// Stops handling SIGINT and SIGTERM: they end the program as usual.
  func cancel() {
    for source in sources { source.cancel() }
  }
}
