import FrameCore

/// The first line of a YUV4MPEG2 stream: size, rate, and the format of its planes.
struct Y4MHeader: Equatable {
  let width: Int
  let height: Int
  /// Frames per second; `nil` where the stream does not state it.
  let rate: Double?
  let format: YUVFormat
  /// Guesses to report to the user.
  let notes: [String]

  static let magic = "YUV4MPEG2"

  /// - Parameters:
  ///   - line: without its line feed.
  ///   - path: named in messages.
  ///   - matrix: the colour matrix, which y4m cannot state.
  init(_ line: String, path: String, matrix: ColorMatrix? = nil) throws(SourceError) {
    let words = line.split(separator: " ", omittingEmptySubsequences: true)
    guard words.first == Self.magic[...] else {
      throw .malformed(path, problem: "not a y4m stream: expected it to begin with YUV4MPEG2")
    }
    var (width, height): (Int?, Int?) = (nil, nil)
    var rate: Double?
    var (chroma, comment): (Substring?, Substring?) = (nil, nil)
    var isFullRange: Bool?
    var notes: [String] = []
    for word in words.dropFirst() {
      let value = word.dropFirst()
      switch word.first {
      case "W": width = Int(value)
      case "H": height = Int(value)
      case "F": rate = Self.rate(value)
      case "C": chroma = value
      case "X":
        if let named = value.removing(prefix: "YSCSS=") { comment = named }
        guard let range = value.removing(prefix: "COLORRANGE=") else { break }
        isFullRange = ["FULL": true, "LIMITED": false][range]
        if isFullRange == nil {
          notes.append("XCOLORRANGE=\(range) is unknown and ignored")
        }
      default: break  // interlacing, aspect
      }
    }
    guard let width, let height else {
      throw .malformed(path, problem: "the y4m header names no width and height (W and H)")
    }
    self.width = width
    self.height = height
    self.rate = rate
    // Old encoders state chroma only in a comment, in capitals.
    let name = chroma.map(String.init) ?? comment.map { $0.lowercased() } ?? "420"
    guard var format = Self.format(name) else {
      throw .malformed(
        path,
        problem: "y4m chroma C\(name) is not supported; expected 420, 422, 411, 440, 444, 444alpha or mono, "
          + "in 8 to 16 bits (ffmpeg: -pix_fmt yuv420p)")
    }
    // ffmpeg also treats unspecified grey as full range.
    format.isFullRange = isFullRange ?? (format.sampling == .mono)
    let likely = ColorMatrix.likely(height: height, isFullRange: format.isFullRange)
    format.matrix = matrix ?? likely
    if matrix == nil, likely != .bt601, format.sampling != .mono {
      notes.append(
        "y4m does not name its colour matrix; BT.709 is assumed, as from 720 lines on (--matrix bt601)")
    }
    self.format = format
    self.notes = notes
  }

  private static func rate(_ text: Substring) -> Double? {
    let parts = text.split(separator: ":")
    guard parts.count == 2, let over = Int(parts[0]), let under = Int(parts[1]), over > 0, under > 0 else {
      return nil
    }
    return Double(over) / Double(under)
  }

  /// Returns the format of a chroma name. The position of chroma samples between pixels (`420jpeg`, `420mpeg2`,
  /// `420paldv`) is ignored: each is used for all its pixels.
  private static func format(_ name: String) -> YUVFormat? {
    switch name {
    case "420", "420jpeg", "420mpeg2", "420paldv": return YUVFormat(.yuv420)
    case "422": return YUVFormat(.yuv422)
    case "411": return YUVFormat(.yuv411)
    case "440": return YUVFormat(.yuv440)
    case "444": return YUVFormat(.yuv444)
    case "444alpha": return YUVFormat(.yuv444, hasAlpha: true)
    case "mono": return YUVFormat(.mono)
    default: break
    }
    // 420p10, 422p12, mono16 ...
    let isMono = name.hasPrefix("mono")
    let bits = isMono ? name.dropFirst(4) : name.drop { $0 != "p" }.dropFirst()
    guard let depth = Int(bits), (9...16).contains(depth), String(depth) == bits else { return nil }
    guard !isMono else { return YUVFormat(.mono, bitDepth: depth) }
    let samplings: [Substring: YUVFormat.Sampling] = [
      "420": .yuv420, "422": .yuv422, "411": .yuv411, "440": .yuv440, "444": .yuv444,
    ]
    return samplings[name.prefix { $0 != "p" }].map { YUVFormat($0, bitDepth: depth) }
  }
}
