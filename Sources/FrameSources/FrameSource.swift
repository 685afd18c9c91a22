public import FrameCore

/// What one reading of a source gave.
public enum SourceReading: ~Copyable, Sendable {
  case frame(CapturedFrame)
  /// A bad frame amid good ones: the feed goes on.
  case rejected(SourceError)
  case end
}

/// Where frames come from. One thread reads; ``close()`` may be called from any.
public protocol FrameSource: AnyObject, Sendable {
  /// As the user named it.
  var name: String { get }
  /// Frames a second that the source itself states.
  var nominalRate: Double? { get }
  /// Whether frames come when they come (a pipe), and only once.
  var isLive: Bool { get }
  /// Frames of one reading, where that is known beforehand.
  var frameCount: Int? { get }
  /// Whether frames say when they are shown: ``CapturedFrame/presentation``.
  var hasPresentationTimes: Bool { get }
  /// What the user should know of the source before it is read, a line each: what is left out, what was guessed.
  var notes: [String] { get }

  /// Reads what the source says of itself before its first frame (rate, times, notes), which a pipe may have to be
  /// waited for; ``close()`` ends the wait. Without it the first ``next(into:)`` does.
  func begin() throws(SourceError)
  /// The next frame, its bytes read into memory of `pool`.
  /// - Throws: when nothing more can be read.
  func next(into pool: FramePool) throws(SourceError) -> SourceReading
  /// Begins again, for a feed that is looped.
  func rewind() throws(SourceError)
  /// Ends the source; wakes a reader that waits for bytes.
  func close()
}

extension FrameSource {
  public var hasPresentationTimes: Bool { false }
  public var notes: [String] { [] }
  public func begin() throws(SourceError) {}
}

/// How sources are to be read where they do not say it themselves.
public struct SourceOptions: Sendable {
  /// Of raw dumps, and of arrays whose shape may mean several.
  public var size: FrameSize?
  /// The same.
  public var pixelFormat: PixelFormat?
  /// Which files of a directory, and when.
  public var timestamps: FrameTimestamps?
  /// Of y4m streams and of videos that do not say it; `nil`: BT.709 from 720 lines on, unless in full range.
  public var matrix: ColorMatrix?
  /// Of videos whose file says that they are to be turned.
  public var orientation = FrameOrientation.Policy.exif
  /// Of videos: where to begin, s from the start of the file. The first frame is the first shown then or later.
  public var seek = 0.0
  /// Of videos: how much to read, s; `nil` to the end.
  public var duration: Double?
  /// Whether the source will be read again: a video then prepares for it before its end, so that no gap comes.
  public var isReadAgain = false
  /// Whether frames of a video that lost samples, and those made from them, are sent as ffmpeg completes them.
  public var keepsDamaged = false
  /// The path of ffmpeg, with ffprobe beside it; `nil`: `FRAMEFEED_FFMPEG`, else the one on `PATH`.
  public var ffmpeg: String?
  public var limits: FrameLimits
  /// Kinds of image files that are read beside JPEG, PNG, PNM and BMP.
  public var pictures: [any PictureFormat]

  public init(
    size: FrameSize? = nil, pixelFormat: PixelFormat? = nil, timestamps: FrameTimestamps? = nil,
    matrix: ColorMatrix? = nil, limits: FrameLimits = .standard, pictures: [any PictureFormat] = []
  ) {
    self.size = size
    self.pixelFormat = pixelFormat
    self.timestamps = timestamps
    self.matrix = matrix
    self.limits = limits
    self.pictures = pictures
  }
}
