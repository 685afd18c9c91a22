import FrameCore

/// What can be fuzzed, by name.
enum FuzzTarget {
  typealias Run = @Sendable (UnsafeRawBufferPointer) -> Void

  /// Made anew when asked for: most targets are never made.
  static var all: [String: Run] {
    [
      "headers": recordHeaders,
      "image-header": imageHeader,
      "log-directories": logDirectories,
      "raw": payload(.pixels, []),
      "jpeg": payload(.jpeg, []),
      "png": payload(.png, []),
      "zstd": payload(.pixels, [.zstd]),
      "gradient": payload(.pixels, [.zstd], filter: .subgreenGradient),
      "base64": payload(.pixels, [.base64]),
      "layers": anyLayers,
      "jpeg-engines": jpegEngines,
      "tensor": tensor,
      "y4m": source("y4m"),
      "npy": source("npy"),
      "mjpeg": source("mjpeg"),
      "multipart": source("mjpg"),
      "png-file": source("png"),
      "ppm-file": source("ppm"),
      "pgm-file": source("pgm"),
      "pnm-file": source("pnm"),
      "bmp-file": source("bmp"),
      "tiff-file": source("tiff"),
      "webp-file": source("webp"),
      "raw-dump": source("rgb"),
      "nut": nut,
      "ffmpeg-log": ffmpegLog,
      "manifest": manifest,
      "timestamps": timestamps,
      "properties": properties,
      "histogram": histogram,
    ]
  }

  /// Small, so that an input that asks for more than its size may is told by libFuzzer's limit on memory.
  static let limits = FrameLimits(maximumPixels: 1 << 16, maximumPayload: 1 << 20)
}

/// Says what does not hold and ends the program as a crash does.
func require(_ holds: Bool, _ claim: @autoclosure () -> String) {
  if !holds { fatalError(claim()) }
}
