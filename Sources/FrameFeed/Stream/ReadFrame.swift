import FrameCore

/// One frame between the reader and the pacer.
struct ReadFrame: ~Copyable, Sendable {
  /// Its place in the schedule, 0, 1, 2 ... Bad frames have places too, and so have those missed during an outage of
  /// the source. After the pacer only the order of frames counts; the sender numbers those it sends.
  let place: Int
  var frame: CapturedFrame
}
