import Dispatch
import FrameCore
import Glibc

/// Ctrl-C and SIGTERM ask once to drain and report; a second one ends the program at once.
///
/// SIGPIPE no longer ends it: a write to a reader that is gone fails, and whoever writes stops as for Ctrl-C.
final class StopSignals {
  private let sources: [any DispatchSourceSignal]

  /// - Parameters:
  ///   - requested: tells that a stop was asked for.
  ///   - stop: called once, on a thread of Dispatch.
  init(_ requested: StopSignal, stop: @escaping @Sendable () -> Void) {
    // A handler that does nothing rather than SIG_IGN, which programs started from here would inherit.
    signal(SIGPIPE) { _ in }
    // One queue: signals are counted one after the other.
    let queue = DispatchQueue(label: "framefeed.signals")
    sources = [SIGINT, SIGTERM].map { number in
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if requested.isRequested {
          Console.shared.clear()
          // At once, and without what `exit` does beside threads that are alive.
          Console.shared.finish(milliseconds: 100)
          _exit(ExitCode.stopped.rawValue)
        }
        Console.shared.line("stopping: draining what is under way; again to stop at once")
        requested.request()
        stop()
      }
      source.resume()
      return source
    }
  }

  /// From here on signals end the program as they do any other.
  func cancel() {
    for source in sources { source.cancel() }
  }
}
