public import FrameCore

/// A kind of image file that goes out as pixels: records carry no other files than JPEG and PNG.
///
/// PNM and BMP are built in; others, with the libraries they need, come in ``SourceOptions/pictures``.
public protocol PictureFormat: Sendable {
  /// As people say it: `TIFF`.
  var name: String { get }
  /// Of file names, lower-case, without the dot.
  var extensions: [String] { get }
  /// Whether a file that begins so is of this kind. The bytes decide, not the name.
  func matches(_ file: RawSpan) -> Bool
  /// Decodes one picture of a file, as it is stored: 8 bits a sample (of 16 the high byte), alpha dropped.
  /// - Throws: ``SourceError/frame(_:problem:)`` that says what was expected; see ``PictureTarget/refusal(_:)``.
  func decode(
    _ file: RawSpan, at place: PicturePlace, to target: PictureTarget
  ) throws(SourceError) -> CapturedFrame
  /// Where the next picture of the file begins; `nil` behind the last. Cheap: decodes nothing.
  func place(after place: PicturePlace, in file: RawSpan) -> PicturePlace?
}

extension PictureFormat {
  public func place(after place: PicturePlace, in file: RawSpan) -> PicturePlace? { nil }
}

/// One of the pictures of a file.
public struct PicturePlace: Sendable, Equatable {
  /// 0, 1, 2 ...
  public let position: Int
  /// What the format finds it by: bytes from the start of the file. 0 for the first.
  public let offset: Int

  public init(position: Int, offset: Int) {
    self.position = position
    self.offset = offset
  }

  public static let first = PicturePlace(position: 0, offset: 0)
}

/// Where a decoded picture goes, and what it is called in messages.
public struct PictureTarget {
  let origin: FrameOrigin
  let pool: FramePool
  /// Sizes are held against these before memory is taken.
  public let limits: FrameLimits

  /// The layout of a picture's pixels.
  /// - Parameter format: `mono8` or `rgb8`.
  /// - Throws: when it is above the limits.
  public func layout(width: Int, height: Int, format: PixelFormat) throws(SourceError) -> PixelLayout {
    do throws(LayoutError) {
      return try PixelLayout(width: width, height: height, format: format, limits: limits)
    } catch {
      throw refusal(error.description)
    }
  }

  /// A frame of tight pixels. Takes the memory for them: what can be known of the file before is checked before.
  /// - Parameter write: gets the memory of all rows, from the top, and writes every byte of it.
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

  /// The error that names the picture.
  public func refusal(_ problem: String) -> SourceError { .frame(origin, problem: problem) }
}
