/// Where a frame came from, for messages: a file, or the n-th frame of a file.
public struct FrameOrigin: Sendable, Equatable, CustomStringConvertible {
  public let file: String
  /// Zero-based position in a file of many frames.
  public let position: Int?

  public init(file: String, position: Int? = nil) {
    self.file = file
    self.position = position
  }

  public var description: String { position.map { "\(file) frame \($0)" } ?? file }
}

/// One frame in the source's hands: its bytes, what they are, and when they were due and there.
@frozen public struct CapturedFrame: ~Copyable, Sendable {
  /// What `buffer` holds: pixels, or an image file as it is.
  public var content: FrameContent
  public var buffer: FrameBuffer
  public var origin: FrameOrigin
  /// When the frame was due by the feed's clock, ns since the Unix epoch. Set by the pacer.
  public var scheduled: Int64 = 0
  /// When its bytes were in the source's hands, ns since the Unix epoch: a live source says when it read the last
  /// one; else 0 until the pacer lets the frame go.
  public var captured: Int64 = 0
  /// When the source itself shows the frame, ns from its first one, where it says so (a video). Never goes back, also
  /// not when the source is read again.
  public var presentation: Int64?
  /// Why samples of it are not what was recorded, where its source knows: a video decoder made them up.
  public var damage: String?

  public init(content: FrameContent, buffer: consuming FrameBuffer, origin: FrameOrigin) {
    self.content = content
    self.buffer = buffer
    self.origin = origin
  }
}
