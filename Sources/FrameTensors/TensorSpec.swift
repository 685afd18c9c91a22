/// The tensor a model needs: shape, memory layout, element type and conversion of pixels to values.
///
/// `value = (pixel * scale - mean) / std`, per channel in `color` order, with `pixel` in 0...255.
public struct TensorSpec: Sendable, Equatable {
  /// The order of dimensions, slowest first.
  public enum Layout: String, Sendable, CaseIterable {
    /// batch, channel, row, column: planes.
    case nchw = "NCHW"
    /// batch, row, column, channel: interleaved.
    case nhwc = "NHWC"
  }

  /// The type of one element, in the host's byte order.
  public enum Element: String, Sendable, CaseIterable {
    /// IEEE 754 binary32.
    case float32
    /// IEEE 754 binary16.
    case float16
    /// The value rounded to nearest and clamped to 0...255.
    case uint8
  }

  /// The channels and their order.
  public enum Color: String, Sendable, CaseIterable {
    case rgb, bgr
    /// One channel, `0.299 R + 0.587 G + 0.114 B` (ITU-R BT.601 luma).
    case gray
  }

  /// How a frame with another aspect ratio is fitted to `width` x `height`.
  public enum Fit: String, Sendable, CaseIterable {
    /// Both sides are scaled independently; changes the aspect ratio.
    case stretch
    /// Scaled to fit inside, centred, the rest filled with `pad`.
    case letterbox
    /// Scaled to cover, the centre kept.
    case crop
  }

  /// Columns of the tensor, px.
  public var width: Int
  /// Rows of the tensor, px.
  public var height: Int
  public var layout: Layout
  public var type: Element
  public var color: Color
  public var fit: Fit
  /// The pixel value (0...255) of letterbox bars, per channel; normalised like any pixel.
  public var pad: [Double]
  /// The factor of a pixel value.
  public var scale: Double
  /// The value subtracted after scaling, per channel.
  public var mean: [Double]
  /// The divisor after the subtraction, per channel; never 0.
  public var std: [Double]
  /// Most frames in one tensor.
  public var batch: Int
  /// How long the first frame of a batch may wait for others, ms.
  public var batchTimeoutMilliseconds: Int

  /// Per-channel lists hold one value per channel, or one value for all channels.
  public init(
    width: Int, height: Int, layout: Layout = .nchw, type: Element = .float32, color: Color = .rgb,
    fit: Fit = .stretch, pad: [Double] = [114], scale: Double = 1.0 / 255, mean: [Double] = [0],
    std: [Double] = [1], batch: Int = 1, batchTimeoutMilliseconds: Int = 10
  ) {
    precondition(width > 0 && height > 0 && batch > 0, "a tensor needs at least one pixel and one frame")
    let channels = color.channels
    func perChannel(_ list: [Double]) -> [Double] {
      precondition(list.count == 1 || list.count == channels, "one value a channel, or one for all")
      return list.count == 1 ? Array(repeating: list[0], count: channels) : list
    }
    self.width = width
    self.height = height
    self.layout = layout
    self.type = type
    self.color = color
    self.fit = fit
    self.pad = perChannel(pad)
    self.scale = scale
    self.mean = perChannel(mean)
    self.std = perChannel(std)
    self.batch = batch
    self.batchTimeoutMilliseconds = batchTimeoutMilliseconds
  }

  /// 3, or 1 for gray.
  public var channels: Int { color.channels }
  /// Bytes of one element.
  public var bytesPerElement: Int { type.byteCount }
  /// Elements of one frame: channels x height x width.
  public var elementsPerFrame: Int { channels * height * width }
  /// Bytes of one frame.
  public var bytesPerFrame: Int { elementsPerFrame * bytesPerElement }

  /// Elements from one channel of a pixel to the next.
  public var channelStride: Int { layout == .nchw ? width * height : 1 }
  /// Elements from one pixel of a row to the next.
  public var pixelStride: Int { layout == .nchw ? 1 : channels }
  /// Elements from one row to the next.
  public var rowStride: Int { width * pixelStride }
}

extension TensorSpec.Color {
  /// 3, or 1 for gray.
  public var channels: Int { self == .gray ? 1 : 3 }
}

extension TensorSpec.Element {
  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float32: 4
    case .float16: 2
    case .uint8: 1
    }
  }
}
