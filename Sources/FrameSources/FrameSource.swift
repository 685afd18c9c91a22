public import FrameCore

/// The result of one read from a source.
public enum SourceReading: ~Copyable, Sendable {
  case frame(CapturedFrame)
  /// A bad frame among good ones: the feed continues.
  case rejected(SourceError)
  case end
}

/// A source of frames. One thread reads; any thread may call ``close()``.
public protocol FrameSource: AnyObject, Sendable {
  /// The name that the user gave.
  var name: String { get }
  /// Frames per second that the source itself states.
  var nominalRate: Double? { get }
  /// Whether frames arrive in real time (a pipe), and only once.
  var isLive: Bool { get }
  /// Frames in one pass over the source, where that is known beforehand.
  var frameCount: Int? { get }
  /// Whether frames have presentation times: ``CapturedFrame/presentation``.
  var hasPresentationTimes: Bool { get }
  /// What the user should know about the source before it is read, one line each: what is left out, what was guessed.
  var notes: [String] { get }

  /// Reads what the source states before its first frame (rate, times, notes), for which a pipe may have to wait;
  /// ``close()`` ends the wait. The first ``next(into:)`` does so otherwise.
  func begin() throws(SourceError)
  /// Returns the next frame, its bytes read into memory of `pool`.
  /// - Throws: ``SourceError`` when nothing more can be read.
  func next(into pool: FramePool) throws(SourceError) -> SourceReading
  /// Starts from the beginning again, for a looped feed.
  func rewind() throws(SourceError)
  /// Ends the source; wakes a waiting reader.
  func close()
}

extension FrameSource {
  public var hasPresentationTimes: Bool { false }
  public var notes: [String] { [] }
  public func begin() throws(SourceError) {}
}

/// How to read sources that do not state it themselves.
public struct SourceOptions: Sendable {
  /// Size of raw dumps, and of arrays whose shape has several meanings.
  public var size: FrameSize?
  /// Pixel format of the same.
  public var pixelFormat: PixelFormat?
  /// The files to read of a directory, and their times.
  public var timestamps: FrameTimestamps?
  /// Colour matrix of y4m streams and videos that do not state one; `nil`: BT.709 from 720 lines on, unless in full
  /// range.
  public var matrix: ColorMatrix?
  /// How the rotation that a video file states is used.
  public var orientation = FrameOrientation.Policy.exif
  /// Start position in videos, s from the start of the file. The first frame is the first one presented then or later.
  public var seek = 0.0
  /// Duration to read from videos, s; `nil` for all.
  public var duration: Double?
  /// Whether the source will be read again: a video then prepares for it before its end, so that there is no gap.
  public var isReadAgain = false
  /// Whether damaged frames of a video, and frames predicted from them, are sent as ffmpeg conceals them.
  public var keepsDamaged = false
  /// The path of ffmpeg, with ffprobe in the same directory; `nil`: `FRAMEFEED_FFMPEG`, else the one on `PATH`.
  public var ffmpeg: String?
  public var limits: FrameLimits
  /// Formats of image files that are read in addition to JPEG, PNG, PNM and BMP.
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
