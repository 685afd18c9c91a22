import FrameCore

/// The first thing that went wrong for good in a sink, from whichever of its threads.
final class SinkFailure: Sendable {
  private let first = Lock<FeedError?>(nil)

  var error: FeedError? { first.withLock { $0 } }

  func report(_ error: FeedError) { first.withLock { $0 = $0 ?? error } }
}
