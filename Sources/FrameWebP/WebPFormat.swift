import CLibWebP
public import FrameCore
public import FrameSources

/// WebP through libwebp, lossy and lossless; alpha is dropped. Animations are rejected.
public struct WebPFormat: PictureFormat {
  public let name = "WebP"
  public let extensions = ["webp"]

  public init() {}

  /// Whether the file is a RIFF file with WebP content.
  public func matches(_ file: RawSpan) -> Bool {
    file.withUnsafeBytes { bytes in
      bytes.count >= 16 && bytes.starts(with: "RIFF".utf8) && bytes[8...].starts(with: "WEBPVP8".utf8)
    }
  }

  public func decode(
    _ file: RawSpan, at place: PicturePlace, to target: PictureTarget
  ) throws(SourceError) -> CapturedFrame {
    try file.withUnsafeBytes { (bytes) throws(SourceError) -> CapturedFrame in
      let data = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      var config = WebPDecoderConfig()
      guard WebPInitDecoderConfig(&config) != 0 else {
        throw target.refusal("the installed libwebp differs from the one that FrameFeed was built with")
      }
      let status = WebPGetFeatures(data, bytes.count, &config.input)
      guard status == VP8_STATUS_OK else { throw target.refusal(Self.problem(status)) }
      guard config.input.has_animation == 0 else {
        throw target.refusal(
          "is an animated WebP file; expected a still picture: webpmux -get frame 1 IN.webp -o OUT.webp")
      }
      let (width, height) = (Int(config.input.width), Int(config.input.height))
      let layout = try target.layout(width: width, height: height, format: .rgb8)
      return try target.frame(layout) { (pixels) throws(SourceError) in
        config.output.colorspace = MODE_RGB
        config.output.is_external_memory = 1
        config.output.u.RGBA = WebPRGBABuffer(
          rgba: pixels.baseAddress?.assumingMemoryBound(to: UInt8.self), stride: Int32(layout.stride),
          size: pixels.count)
        let status = WebPDecode(data, bytes.count, &config)
        guard status == VP8_STATUS_OK else { throw target.refusal(Self.problem(status)) }
      }
    }
  }

  private static func problem(_ status: VP8StatusCode) -> String {
    switch status {
    case VP8_STATUS_NOT_ENOUGH_DATA, VP8_STATUS_SUSPENDED: "the WebP file is cut off"
    case VP8_STATUS_OUT_OF_MEMORY: "out of memory for the WebP file"
    case VP8_STATUS_UNSUPPORTED_FEATURE: "the WebP file has a feature that libwebp does not read"
    default: "the WebP file is damaged"
    }
  }
}
