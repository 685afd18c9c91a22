import FrameCore

/// The form in which ffmpeg delivers the frames of a video, and their conversion.
enum VideoFormat: Equatable {
  /// Motion JPEG: each frame is a JPEG file and stays unchanged.
  case jpeg
  /// Planes with 4:2:0 chroma, or luma alone, for ``YUVConverter``.
  case planes(YUVFormat)
  /// Frames that are stored as red, green and blue.
  case rgb

  /// ffmpeg's name of the pixel format to request. It separates packed pixels into planes, drops alpha and averages
  /// chroma that is finer than 4:2:0, but changes neither range nor matrix nor depth.
  var pixelFormat: String {
    switch self {
    case .jpeg: ""
    case .rgb: "rgb24"
    case .planes(let format):
      switch (format.sampling, format.bitDepth) {
      case (.mono, 8): "gray"
      case (.mono, let depth): "gray\(depth)le"
      case (_, 8): format.isFullRange ? "yuvj420p" : "yuv420p"
      case (_, let depth): "yuv420p\(depth)le"
      }
    }
  }

  /// - Parameters:
  ///   - matrix: for a stream that states none; `nil` for the likely one.
  ///   - policy: of rotation that the file states: a JPEG file cannot be turned without decoding it.
  init(_ stream: VideoProbe.Stream, matrix: ColorMatrix?, policy: FrameOrientation.Policy) {
    let pixels = stream.pixelFormat ?? "yuv420p"
    // Interlaced Motion JPEG has a file for each field.
    let isWhole = ["progressive", "unknown", nil].contains(stream.fieldOrder)
    if stream.codec == "mjpeg", isWhole, policy == .stored || !stream.isTurned {
      self = .jpeg
      return
    }
    let depth = Self.depth(pixels)
    let isFullRange = pixels.hasPrefix("yuvj") || stream.colorRange == "pc"
    if pixels.hasPrefix("gray") || pixels.hasPrefix("ya") || pixels.hasPrefix("mono") {
      // Grey is full range unless the stream states otherwise, as in ffmpeg's scaler.
      self = .planes(YUVFormat(.mono, bitDepth: depth, isFullRange: stream.colorRange != "tv"))
    } else if Self.isRGB(pixels) {
      self = .rgb
    } else {
      let matrix =
        Self.matrix(stream.colorSpace) ?? matrix
        ?? .likely(height: stream.height ?? 0, isFullRange: isFullRange)
      self = .planes(YUVFormat(.yuv420, bitDepth: depth, matrix: matrix, isFullRange: isFullRange))
    }
  }

  private static func isRGB(_ pixels: String) -> Bool {
    ["rgb", "bgr", "gbr", "argb", "abgr", "0rgb", "0bgr", "pal8", "bayer", "x2rgb", "x2bgr", "xyz"]
      .contains { pixels.hasPrefix($0) }
  }

  /// Returns bits per sample, among those that every ffmpeg supports for both 4:2:0 and grey.
  private static func depth(_ pixels: String) -> Int {
    let name = pixels.hasSuffix("le") || pixels.hasSuffix("be") ? String(pixels.dropLast(2)) : pixels
    for depth in [10, 12, 14, 16] where name.hasSuffix("\(depth)") {
      // The numbers of nv12 and nv16 are not depths.
      guard name != "nv\(depth)", name != "nv16" else { return 8 }
      return depth == 14 && !name.hasPrefix("yuv") ? 16 : depth
    }
    if name.hasSuffix("p9") || name == "gray9" { return 9 }
    return name == "nv20" ? 10 : 8
  }

  private static func matrix(_ name: String?) -> ColorMatrix? {
    switch name {
    case "bt709": .bt709
    case "bt2020nc", "bt2020c": .bt2020
    case "smpte170m", "bt470bg", "fcc": .bt601
    default: nil
    }
  }
}
