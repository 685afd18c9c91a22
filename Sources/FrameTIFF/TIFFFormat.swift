import CTIFF
public import FrameCore
public import FrameSources

/// TIFF and BigTIFF through libtiff: grey, RGB and palettes of 1 to 16 bits, YCbCr and CMYK of 8, strips and tiles, and
/// every compression that the library was built with.
///
/// Each page is a picture, except later pages that are marked as a smaller copy or a mask of another. The orientation
/// tag is ignored.
public struct TIFFFormat: PictureFormat {
  public let name = "TIFF"
  public let extensions = ["tif", "tiff"]

  public init() {}

  public func matches(_ file: RawSpan) -> Bool { TIFFDirectories(file) != nil }

  public func decode(
    _ file: RawSpan, at place: PicturePlace, to target: PictureTarget
  ) throws(SourceError) -> CapturedFrame {
    try file.withUnsafeBytes { (bytes) throws(SourceError) -> CapturedFrame in
      let page = try open(bytes, place, target)
      let layout = try target.layout(
        width: Int(page.info.width), height: Int(page.info.height),
        format: page.info.isGray != 0 ? .mono8 : .rgb8)
      return try target.frame(layout) { (pixels) throws(SourceError) in
        do throws(TIFFProblem) {
          try page.read(into: pixels)
        } catch {
          throw target.refusal("the TIFF file is damaged: \(error.text)")
        }
      }
    }
  }

  private func open(
    _ file: UnsafeRawBufferPointer, _ place: PicturePlace, _ target: PictureTarget
  ) throws(SourceError) -> TIFFPage {
    // Larger than any strip of a picture within the limits.
    let most = 32 * min(target.limits.maximumPixels, 1 << 40) + (64 << 20)
    do throws(TIFFProblem) {
      return try TIFFPage(file, directory: place.offset, mostMemory: most)
    } catch {
      throw target.refusal("the TIFF file cannot be read: \(error.text)")
    }
  }

  public func place(after place: PicturePlace, in file: RawSpan) -> PicturePlace? {
    guard let directories = TIFFDirectories(file) else { return nil }
    let current = place.offset == 0 ? directories.first : place.offset
    return directories.picture(after: current).map {
      PicturePlace(position: place.position + 1, offset: $0)
    }
  }
}
