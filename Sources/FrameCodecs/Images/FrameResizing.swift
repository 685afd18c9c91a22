public import FrameCore

/// How frames are resized before encoding.
public enum FrameResizing: Sendable {
  /// Every frame gets this size.
  case to(FrameSize)
  /// Frames shrink to the size with enough samples for a model; none grows.
  case sufficient(@Sendable (FrameSize) -> FrameSize)

  /// - Parameter frame: the upright size.
  func size(of frame: FrameSize) -> FrameSize {
    switch self {
    case .to(let size): return size
    case .sufficient(let needed):
      let size = needed(frame)
      return FrameSize(width: min(size.width, frame.width), height: min(size.height, frame.height)) ?? frame
    }
  }
}
