public import FrameCore

/// One encoded frame, ready to be sent as a record.
@frozen public struct EncodedFrame: ~Copyable, Sendable {
  public var payload: FrameBuffer
  /// Everything a decoder must know.
  public let format: PayloadFormat
  /// Bytes of the frame as pixels.
  public let rawBytes: Int
  /// ns since the Unix epoch; see ``SourceStamps``.
  public let scheduled: Int64
  public let captured: Int64
  /// When an encoder started on the frame, ns since the Unix epoch.
  public let began: Int64
  public let encoded: Int64
  public let origin: FrameOrigin
}
