import FrameCore

/// One frame between the reader and the pacer.
struct ReadFrame: ~Copyable, Sendable {
  /// Its place in the schedule, 0, 1, 2 ... Frames that were bad had one too, and so had those that would have come
  /// while the source was away. From the pacer on frames have their order alone, and when sent a sequence.
  let place: Int
  var frame: CapturedFrame
}
