/// Takes decoded frames: whole, or in rows while they are being decoded and still in the processor's cache.
public protocol FrameReceiver: AnyObject, Sendable {
  /// A whole frame; `samples` has at least `layout.byteCount` bytes.
  func receive(_ samples: RawSpan, _ layout: DecodedLayout)

  /// One of so many parts of a whole frame; all of them are called, on threads of their own.
  func receive(_ samples: RawSpan, _ layout: DecodedLayout, part: Int, of parts: Int)

  /// A frame whose planes come in rows begins. Row `y` of a plane lies where `y % plane.rowsKept` would.
  func begin(_ layout: PlanarLayout)

  /// More rows of it are there: so many from the top of each plane, of which the last `rowsKept` can be read.
  /// - Parameter chroma: of both planes; 0 without.
  func receive(_ samples: RawSpan, luma: Int, chroma: Int)
}
