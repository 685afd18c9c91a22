public import FrameCore

/// An image file format that is sent as pixels: records hold only JPEG and PNG files.
///
/// PNM and BMP are built in; others, with the libraries they need, are given in ``SourceOptions/pictures``.
public protocol PictureFormat: Sendable {
  /// The usual name: `TIFF`.
  var name: String { get }
  /// Extensions of file names, lower-case, without the dot.
  var extensions: [String] { get }
  /// Whether a file with these bytes has this format. The bytes decide, not the name.
  func matches(_ file: RawSpan) -> Bool
  /// Decodes one picture of a file, as it is stored: 8 bits per sample (the high byte of 16), alpha dropped.
  /// - Throws: ``SourceError/frame(_:problem:)`` that states what was expected; see ``PictureTarget/refusal(_:)``.
  func decode(
    _ file: RawSpan, at place: PicturePlace, to target: PictureTarget
  ) throws(SourceError) -> CapturedFrame
  /// Returns the place of the next picture of the file; `nil` after the last. Cheap: decodes nothing.
  func place(after place: PicturePlace, in file: RawSpan) -> PicturePlace?
}

extension PictureFormat {
  public func place(after place: PicturePlace, in file: RawSpan) -> PicturePlace? { nil }
}

/// The place of one picture in its file.
public struct PicturePlace: Sendable, Equatable {
  /// 0, 1, 2 ...
  public let position: Int
  /// The position by which the format finds it, bytes from the start of the file. 0 for the first.
  public let offset: Int

  public init(position: Int, offset: Int) {
    self.position = position
    self.offset = offset
  }

  public static let first = PicturePlace(position: 0, offset: 0)
}

/// The pool for a decoded picture, and its name in messages.
public struct PictureTarget {
  let origin: FrameOrigin
  let pool: FramePool
  /// Sizes are checked against these before memory is allocated.
  public let limits: FrameLimits

  /// Returns the layout of a picture's pixels.
  /// - Parameter format: `mono8` or `rgb8`.
  /// - Throws: ``SourceError`` when it exceeds the limits.
  public func layout(width: Int, height: Int, format: PixelFormat) throws(SourceError) -> PixelLayout {
    do throws(LayoutError) {
      return try PixelLayout(width: width, height: height, format: format, limits: limits)
    } catch {
      throw refusal(error.description)
    }
  }

  /// Returns a frame of tight pixels. Acquires their memory: check all that can be checked in the file before.
  /// - Parameter write: receives the memory of all rows, from the top, and writes every byte of it.
  public func frame(
    _ layout: PixelLayout, _ write: (UnsafeMutableRawBufferPointer) throws(SourceError) -> Void
  ) throws(SourceError) -> CapturedFrame {
    guard var buffer = pool.take(layout.byteCount) else { throw .stopped }
    try buffer.fill { (memory) throws(SourceError) -> Int in
      try write(UnsafeMutableRawBufferPointer(rebasing: memory[..<layout.byteCount]))
      return layout.byteCount
    }
    return CapturedFrame(content: FrameContent(.pixels, layout), buffer: buffer, origin: origin)
  }

  /// Returns an error that names the picture.
  public func refusal(_ problem: String) -> SourceError { .frame(origin, problem: problem) }
}
