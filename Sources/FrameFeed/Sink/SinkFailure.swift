import FrameCore

/// The first permanent error of a sink, on any of its threads.
final class SinkFailure: Sendable {
  private let first = Lock<FeedError?>(nil)

  var error: FeedError? { first.withLock { $0 } }

  func report(_ error: FeedError) { first.withLock { $0 = $0 ?? error } }
}
