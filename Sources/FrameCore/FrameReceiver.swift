/// Takes decoded frames: whole, or in rows while they are being decoded and still in the processor's cache.
public protocol FrameReceiver: AnyObject {
  /// A whole frame; `samples` has at least `layout.byteCount` bytes.
  func receive(_ samples: RawSpan, _ layout: DecodedLayout)

  /// A frame whose planes come in rows begins. Row `y` of a plane lies where `y % plane.rowsKept` would.
  func begin(_ layout: PlanarLayout)

  /// More rows of it are there: so many from the top of each plane, of which the last `rowsKept` can be read.
  /// - Parameter chroma: of both planes; 0 without.
  func receive(_ samples: RawSpan, luma: Int, chroma: Int)
}
