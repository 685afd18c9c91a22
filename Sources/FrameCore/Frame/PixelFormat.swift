/// The memory layout of one pixel's samples. Names are those of ROS and GStreamer, as in record headers.
public enum PixelFormat: String, Sendable, Equatable, CaseIterable {
  /// 3 bytes a pixel: red, green, blue.
  case rgb8
  /// 3 bytes a pixel: blue, green, red (OpenCV's order).
  case bgr8
  /// 4 bytes a pixel: red, green, blue, alpha.
  case rgba8
  /// 1 byte a pixel: luma.
  case mono8
  /// Planar 4:2:0: a full-size Y plane, then U, then V, each `(width + 1) / 2` x `(height + 1) / 2`.
  /// Limited range BT.601 (Y 16...235), which is what OpenCV's `COLOR_YUV2RGB_I420` reads.
  case i420

  /// Interleaved samples in one pixel; 3 for `i420`, whose planes are subsampled.
  public var channels: Int {
    switch self {
    case .rgb8, .bgr8, .i420: 3
    case .rgba8: 4
    case .mono8: 1
    }
  }

  /// Bytes of one pixel within a row of the first plane.
  public var bytesPerPixel: Int {
    switch self {
    case .rgb8, .bgr8: 3
    case .rgba8: 4
    case .mono8, .i420: 1
    }
  }
}
