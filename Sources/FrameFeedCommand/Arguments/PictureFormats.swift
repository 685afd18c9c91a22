package import FrameSources
import FrameTIFF
import FrameWebP

/// Kinds of image files beside those that FrameSources has built in.
let pictureFormats: [any PictureFormat] = [TIFFFormat(), WebPFormat()]

extension SourceOptions {
  /// For sources without options of their own.
  package static let plain = SourceOptions(pictures: pictureFormats)
}
