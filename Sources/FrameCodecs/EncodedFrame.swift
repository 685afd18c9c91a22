public import FrameCore

/// One frame as it goes into a record.
@frozen public struct EncodedFrame: ~Copyable, Sendable {
  public var payload: FrameBuffer
  /// All that a decoder must know.
  public let format: PayloadFormat
  /// Bytes the frame takes as pixels.
  public let rawBytes: Int
  /// ns since the Unix epoch; see ``SourceStamps``.
  public let scheduled: Int64
  public let captured: Int64
  /// When an encoder took it, ns since the Unix epoch.
  public let began: Int64
  public let encoded: Int64
  public let origin: FrameOrigin
}
