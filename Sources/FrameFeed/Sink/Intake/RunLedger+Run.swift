import FrameLatency

extension RunLedger {
  struct RunKey: Hashable, Sendable {
    let feed: String
    let run: String
  }

  struct Run: Sendable {
    var tracker = SequenceTracker()
    var partitions: Set<Int32> = []
    /// Whether its topic was created anew, so that its end is not awaited.
    var isClosed = false
    /// Frames without a number, from other programs.
    var unnumbered = 0
    /// Repeated records of such frames.
    var unnumberedAgain = 0
    var decoded = 0
    var inferred = 0
    var rejected = 0
    var dropped = 0
    /// The last count of frames that the source did not send.
    var passedOver = 0
    /// Frames to decode that are not yet answered, dropped or rejected.
    var inHand = 0
    /// Whether the run is in ``EndedRuns``.
    var isWaiting = false
    /// The value of the touch counter at the last update.
    var touched = 0
  }
}
