import FrameCore

/// The first line of a YUV4MPEG2 stream: size, rate and how chroma is sampled.
struct Y4MHeader: Equatable {
  enum Chroma: Equatable {
    case quarter
    case full
    case none
  }

  let width: Int
  let height: Int
  /// Frames a second; `nil` where the stream does not say.
  let rate: Double?
  let chroma: Chroma
  /// Whether luma uses 0...255 instead of 16...235.
  let isFullRange: Bool

  static let magic = "YUV4MPEG2"

  /// - Parameters:
  ///   - line: without its line feed.
  ///   - path: named in messages.
  init(_ line: String, path: String) throws(SourceError) {
    let words = line.split(separator: " ", omittingEmptySubsequences: true)
    guard words.first == Self.magic[...] else {
      throw .malformed(path, problem: "no y4m stream: expected it to begin with YUV4MPEG2")
    }
    var (width, height): (Int?, Int?) = (nil, nil)
    var rate: Double?
    var chroma = Chroma.quarter
    var isFullRange = false
    for word in words.dropFirst() {
      let value = word.dropFirst()
      switch word.first {
      case "W": width = Int(value)
      case "H": height = Int(value)
      case "F": rate = Self.rate(value)
      case "C": chroma = try Self.chroma(value, path)
      case "X" where value == "COLORRANGE=FULL": isFullRange = true
      case "X" where value == "COLORRANGE=LIMITED": isFullRange = false
      default: break  // interlacing, aspect, further comments
      }
    }
    guard let width, let height else {
      throw .malformed(path, problem: "the y4m header names no width and height (W and H)")
    }
    self.width = width
    self.height = height
    self.rate = rate
    self.chroma = chroma
    self.isFullRange = isFullRange
  }

  private static func rate(_ text: Substring) -> Double? {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let over = Int(parts[0]), let under = Int(parts[1]), over > 0, under > 0 else {
      return nil
    }
    return Double(over) / Double(under)
  }

  private static func chroma(_ text: Substring, _ path: String) throws(SourceError) -> Chroma {
    switch text {
    case "420", "420jpeg", "420mpeg2", "420paldv": .quarter
    case "444": .full
    case "mono": .none
    default:
      throw .malformed(
        path,
        problem:
          "y4m chroma C\(text) is not supported; expected 420, 444 or mono in 8 bits (ffmpeg: -pix_fmt yuv420p)"
      )
    }
  }

  /// Bytes of one frame in the stream.
  var frameBytes: Int {
    switch chroma {
    case .quarter: width * height + 2 * ((width + 1) / 2) * ((height + 1) / 2)
    case .full: 3 * width * height
    case .none: width * height
    }
  }
}
