/// Receives decoded frames: whole, or in rows during decoding, while they are still in the processor's cache.
public protocol FrameReceiver: AnyObject, Sendable {
  /// Receives a whole frame; `samples` has at least `layout.byteCount` bytes.
  func receive(_ samples: RawSpan, _ layout: DecodedLayout)

  /// Receives one of `parts` parts of a whole frame. Called for every part, each on a thread of its own.
  func receive(_ samples: RawSpan, _ layout: DecodedLayout, part: Int, of parts: Int)

  /// Starts a frame whose planes come in rows. Row `y` of a plane is stored at row `y % plane.rowsKept`.
  func begin(_ layout: PlanarLayout)

  /// Receives more rows of it: the number available so far from the top of each plane, of which the last `rowsKept` can
  /// be read.
  /// - Parameter chroma: rows of both chroma planes; 0 without chroma.
  func receive(_ samples: RawSpan, luma: Int, chroma: Int)
}
