package import FrameSources
import FrameTIFF
import FrameWebP

/// The image formats besides those built into FrameSources.
let pictureFormats: [any PictureFormat] = [TIFFFormat(), WebPFormat()]

extension SourceOptions {
  /// Options for sources without options of their own.
  package static let plain = SourceOptions(pictures: pictureFormats)
}
