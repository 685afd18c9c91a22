import FrameCore

/// The memory layout of frames in an array: the meaning of each axis, and the distance between its elements.
struct ArrayFrames: Equatable {
  /// Number of frames.
  let count: Int
  /// The layout of a frame in its record.
  let layout: PixelLayout
  /// Bytes from one frame, row, pixel and channel to the next.
  private let frameStep, rowStep, pixelStep, channelStep: Int
  /// For a shape with several meanings: the one chosen, and how to choose the other.
  let note: String?

  /// Whether a frame's bytes are in the order of its record.
  var isInOrder: Bool {
    let channels = layout.format == .i420 ? 1 : layout.format.bytesPerPixel
    return (channels == 1 || channelStep == 1) && pixelStep == channels
      && rowStep == channels * layout.width
  }

  /// Whether each frame is contiguous in the file.
  var isPiecewise: Bool { frameStep == layout.byteCount }

  /// The meaning of the axes.
  private enum Axes {
    /// Height, width, then channels as the last axis.
    case interleaved(isSeries: Bool)
    /// Channels before height and width.
    case planar(isSeries: Bool)
    /// Height and width.
    case gray(isSeries: Bool)
  }

  /// - Parameters:
  ///   - path: named in messages.
  ///   - options: the size and pixel format that the user states.
  /// - Throws: ``SourceError/option(_:)`` where those do not fit, ``SourceError/malformed(_:problem:)`` where the array
  ///   holds no frames.
  init(_ header: NPYHeader, path: String, options: SourceOptions) throws(SourceError) {
    let shape = header.shape
    let named = Self.text(shape)
    guard (2...4).contains(shape.count) else {
      throw .malformed(
        path, problem: "has shape \(named); expected frames x height x width, or x 1, 3 or 4 channels")
    }
    guard !shape.contains(0) else {
      throw .malformed(path, problem: "has shape \(named), which holds no picture")
    }
    let (axes, note) = try Self.axes(shape, path, options)
    self.note = note
    let (height, width, channels): (Int, Int, Int)
    let isSeries: Bool
    switch axes {
    case .interleaved(let series):
      (height, width, channels, isSeries) = (
        shape[shape.count - 3], shape[shape.count - 2], shape.last!, series
      )
    case .planar(let series):
      (channels, height, width, isSeries) = (
        shape[shape.count - 3], shape[shape.count - 2], shape.last!, series
      )
    case .gray(let series):
      (height, width, channels, isSeries) = (shape[shape.count - 2], shape.last!, 1, series)
    }
    count = isSeries ? shape[0] : 1
    layout = try Self.layout(height, width, channels, named, path, options)

    // Bytes from one element of an axis to the next; the first axis counts frames, if there are several.
    var steps = Array(repeating: 1, count: shape.count)
    let order = header.isFortran ? Array(shape.indices) : shape.indices.reversed()
    var step = 1
    for axis in order {
      steps[axis] = step
      let (next, overflow) = step.multipliedReportingOverflow(by: shape[axis])
      // The first axis is last in C order and may have any length: reading shows how much of it exists.
      guard !overflow || axis == order.last else {
        throw .malformed(path, problem: "has shape \(named), which is more than any file holds")
      }
      step = overflow ? .max : next
    }
    total = step
    frameStep = isSeries ? steps[0] : layout.byteCount
    switch axes {
    case .interleaved:
      (rowStep, pixelStep, channelStep) = (steps[shape.count - 3], steps[shape.count - 2], steps.last!)
    case .planar:
      (channelStep, rowStep, pixelStep) = (steps[shape.count - 3], steps[shape.count - 2], steps.last!)
    case .gray: (rowStep, pixelStep, channelStep) = (steps[shape.count - 2], steps.last!, 1)
    }
  }

  /// Bytes of the whole array; `Int.max` on overflow.
  let total: Int

  /// Copies a frame's bytes in the order of its record.
  /// - Parameters:
  ///   - at: the frame's index in `data`.
  ///   - target: `layout.byteCount` bytes.
  func gather(_ data: UnsafeRawBufferPointer, frame at: Int, into target: UnsafeMutableRawBufferPointer) {
    let channels = layout.format == .i420 ? 1 : layout.format.bytesPerPixel
    let rows = layout.byteCount / (layout.width * channels)
    let last =
      at * frameStep + (rows - 1) * rowStep + (layout.width - 1) * pixelStep + (channels - 1) * channelStep
    precondition(last < data.count && layout.byteCount <= target.count, "a whole frame")
    let source = data.baseAddress!.assumingMemoryBound(to: UInt8.self) + at * frameStep
    let out = target.baseAddress!.assumingMemoryBound(to: UInt8.self)
    for row in 0..<rows {
      for channel in 0..<channels {
        let from = source + row * rowStep + channel * channelStep
        let to = out + row * layout.width * channels + channel
        for x in 0..<layout.width { to[x &* channels] = from[x &* pixelStep] }
      }
    }
  }

  // MARK: what the axes are

  private static func axes(_ shape: [Int], _ path: String, _ options: SourceOptions) throws(SourceError)
    -> (Axes, note: String?)
  {
    let named = text(shape)
    var candidates: [Axes] = []
    let last = shape.last!
    switch shape.count {
    case 2: candidates = [.gray(isSeries: false)]
    case 3:
      if last == 3 || last == 4 { candidates.append(.interleaved(isSeries: false)) }
      candidates.append(.gray(isSeries: true))
      if last == 1 { candidates.append(.interleaved(isSeries: false)) }
      if isChannels(shape[0]) { candidates.append(.planar(isSeries: false)) }
    default:
      if isChannels(last) { candidates.append(.interleaved(isSeries: true)) }
      if isChannels(shape[1]) { candidates.append(.planar(isSeries: true)) }
    }
    guard !candidates.isEmpty else {
      throw .malformed(
        path,
        problem:
          "has shape \(named); expected frames x height x width x 1, 3 or 4 channels, or channels first")
    }
    let fitting = candidates.filter { fits($0, shape, options) }
    guard let chosen = fitting.first else {
      var wanted: [String] = []
      if let size = options.size { wanted.append("--size \(size)") }
      if let format = options.pixelFormat { wanted.append("--pixel-format \(format.rawValue)") }
      throw .option("\(path): shape \(named) does not fit \(wanted.joined(separator: " "))")
    }
    guard fitting.count > 1, options.size == nil, options.pixelFormat == nil, shape.count == 3 else {
      return (chosen, nil)
    }
    let (height, width) = (shape[1], shape[2])
    let note =
      if case .interleaved = chosen {
        "shape \(named) is read as one picture of \(shape[1])x\(shape[0]) with \(last) channels; "
          + "--pixel-format mono8 for \(shape[0]) grey ones of \(width)x\(height)"
      } else if last == 1 {
        "shape \(named) is read as \(shape[0]) grey pictures of \(width)x\(height); "
          + "--size \(shape[1])x\(shape[0]) for one picture"
      } else {
        "shape \(named) is read as \(shape[0]) grey pictures of \(width)x\(height); "
          + "--pixel-format \(shape[0] == 3 ? "rgb8" : "rgba8") for one picture with channels first"
      }
    // One grey picture of 1 x H x W is the same as a series of one.
    return (chosen, shape[0] == 1 && last > 4 ? nil : note)
  }

  private static func isChannels(_ axis: Int) -> Bool { axis == 1 || axis == 3 || axis == 4 }

  /// Whether the axes match the user's options.
  private static func fits(_ axes: Axes, _ shape: [Int], _ options: SourceOptions) -> Bool {
    let end = shape.count
    let (height, width, channels): (Int, Int, Int) =
      switch axes {
      case .interleaved: (shape[end - 3], shape[end - 2], shape[end - 1])
      case .planar: (shape[end - 2], shape[end - 1], shape[end - 3])
      case .gray: (shape[end - 2], shape[end - 1], 1)
      }
    if let format = options.pixelFormat {
      switch format {
      case .rgb8, .bgr8: guard channels == 3 else { return false }
      case .rgba8: guard channels == 4 else { return false }
      case .mono8: guard channels == 1 else { return false }
      case .i420: return channels == 1 && planes(height, width, options.size) != nil
      }
    }
    guard let size = options.size else { return true }
    return size.width == width && size.height == height
  }

  /// Returns the size of a 4:2:0 frame whose planes fill rows as long as those of luma, as in OpenCV.
  private static func planes(_ rows: Int, _ width: Int, _ wanted: FrameSize?) -> FrameSize? {
    guard rows % 3 == 0, width % 2 == 0 else { return nil }
    let size = FrameSize(width: width, height: rows / 3 * 2)
    return wanted == nil || wanted == size ? size : nil
  }

  private static func layout(
    _ height: Int, _ width: Int, _ channels: Int, _ named: String, _ path: String, _ options: SourceOptions
  ) throws(SourceError) -> PixelLayout {
    var height = height
    let format: PixelFormat = options.pixelFormat ?? (channels == 1 ? .mono8 : channels == 3 ? .rgb8 : .rgba8)
    if format == .i420, let size = planes(height, width, options.size) { height = size.height }
    do throws(LayoutError) {
      return try PixelLayout(width: width, height: height, format: format, limits: options.limits)
    } catch {
      throw .malformed(path, problem: "has shape \(named): \(error.description)")
    }
  }

  /// Returns a shape in Python's notation.
  private static func text(_ shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }
}
