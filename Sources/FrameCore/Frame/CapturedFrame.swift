/// The origin of a frame, for messages: a file, or the n-th frame of a file.
public struct FrameOrigin: Sendable, Equatable, CustomStringConvertible {
  public let file: String
  /// Zero-based position in a file that holds many frames.
  public let position: Int?

  public init(file: String, position: Int? = nil) {
    self.file = file
    self.position = position
  }

  public var description: String { position.map { "\(file) frame \($0)" } ?? file }
}

/// One frame as a source delivers it: its bytes, their content, and its times.
@frozen public struct CapturedFrame: ~Copyable, Sendable {
  /// What `buffer` holds: pixels, or an unchanged image file.
  public var content: FrameContent
  public var buffer: FrameBuffer
  public var origin: FrameOrigin
  /// When the frame was due by the feed's clock, ns since the Unix epoch. Set by the pacer.
  public var scheduled: Int64 = 0
  /// When the source had the frame's bytes, ns since the Unix epoch. A live source sets the time at which it read the
  /// last byte; else 0 until the pacer releases the frame.
  public var captured: Int64 = 0
  /// The presentation time in the source, ns from its first frame; `nil` where the source has none (videos and
  /// recordings with timestamps have). Never decreases, also when the source is read again.
  public var presentation: Int64?
  /// Why samples differ from what was recorded, where the source knows: a video decoder concealed an error.
  public var damage: String?

  public init(content: FrameContent, buffer: consuming FrameBuffer, origin: FrameOrigin) {
    self.content = content
    self.buffer = buffer
    self.origin = origin
  }
}
