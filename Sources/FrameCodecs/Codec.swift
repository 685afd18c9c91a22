import FrameCore

/// How frames are encoded into payloads: the content, and the layers over it. The text form is that of the command
/// line.
public struct Codec: Sendable, Equatable {
  /// How many chroma samples a JPEG keeps.
  public enum Subsampling: String, Sendable, Equatable, CaseIterable {
    case full = "444"
    case half = "422"
    case quarter = "420"
    case gray
  }

  /// Parameters of a JPEG that FrameFeed encodes itself.
  public struct JPEG: Sendable, Equatable {
    /// 1...100, as libjpeg scales its tables.
    public var quality = 85
    public var subsampling = Subsampling.quarter
    /// Rows of blocks (8 or 16 px each) between restart markers, at which a decoder can split the file; 0 for none.
    /// `nil` depends on the frame's size.
    public var restart: Int?
    /// Whether no parameter was given, so that JPEG files pass unchanged.
    public var isDefault = true
  }

  /// Frames of this many pixels or more get restart markers by default: smaller ones are decoded on one thread as fast
  /// as on several.
  public static let restartsFrom = 2_000_000

  public enum Content: Sendable, Equatable {
    case raw
    case jpeg(JPEG)
  }

  public enum Layer: Sendable, Equatable {
    /// - Parameters:
    ///   - level: -7...19.
    ///   - filter: whether the gradient filter is applied to pixels first.
    case zstd(level: Int, filter: Bool)
    case base64
  }

  public let content: Content
  /// In the order applied.
  public let layers: [Layer]

  /// Whether JPEG files pass byte for byte.
  public var isPassthroughJPEG: Bool {
    if case .jpeg(let jpeg) = content { return jpeg.isDefault }
    return false
  }

  /// Reads a codec as written on the command line: `jpeg:quality=70,subsampling=444+base64`.
  /// - Throws: ``CodecError`` that names the wrong part, and what is allowed there.
  public init(_ text: String) throws(CodecError) {
    var content: Content?
    var layers: [Layer] = []
    for part in text.split(separator: "+", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(pieces[0])
      var parameters = try CodecParameters(name, pieces.count > 1 ? pieces[1] : nil)
      switch name {
      case "raw" where content == nil && layers.isEmpty:
        content = .raw
      case "jpeg" where content == nil && layers.isEmpty:
        content = .jpeg(try Self.jpeg(&parameters))
      case "zstd" where layers.isEmpty:
        // zstd of a JPEG gains nothing, but the user asked for it.
        layers.append(try Self.zstd(&parameters))
        content = content ?? .raw
      case "base64" where layers.last != .base64:
        layers.append(.base64)
        content = content ?? .jpeg(JPEG())
      case "raw", "jpeg", "zstd", "base64":
        throw .parameter(
          codec: text,
          problem: "\(name) is out of order; write the content first (raw or jpeg), then zstd, then base64"
        )
      default:
        throw .unknownCodec(text)
      }
      try parameters.checkAllUsed()
    }
    guard let content else { throw .unknownCodec(text) }
    self.content = content
    self.layers = layers
  }

  private static func jpeg(_ parameters: inout CodecParameters) throws(CodecError) -> JPEG {
    var jpeg = JPEG(isDefault: parameters.isEmpty)
    if let quality = try parameters.integer("quality", in: 1...100) { jpeg.quality = quality }
    if let subsampling: Subsampling = try parameters.choice("subsampling") { jpeg.subsampling = subsampling }
    jpeg.restart = try parameters.integer("restart", in: 0...8191)
    return jpeg
  }

  private static func zstd(_ parameters: inout CodecParameters) throws(CodecError) -> Layer {
    enum Filter: String, CaseIterable { case none, gradient }
    let level = try parameters.integer("level", in: -7...19) ?? 1
    // Level 0 means zstd's default, which is 3.
    guard level != 0 else {
      throw .parameter(codec: "zstd", problem: "level=0 is not a level; expected -7...-1 or 1...19")
    }
    let filter: Filter = try parameters.choice("filter") ?? .gradient
    return .zstd(level: level, filter: filter == .gradient)
  }
}

extension Codec: CustomStringConvertible {
  public var description: String {
    var parts: [String]
    switch content {
    case .raw: parts = ["raw"]
    case .jpeg(let jpeg) where jpeg.isDefault: parts = ["jpeg"]
    case .jpeg(let jpeg):
      parts = ["jpeg:quality=\(jpeg.quality),subsampling=\(jpeg.subsampling.rawValue)"]
      if let restart = jpeg.restart { parts[0] += ",restart=\(restart)" }
    }
    for layer in layers {
      switch layer {
      case .zstd(let level, let filter):
        parts.append("zstd:level=\(level),filter=\(filter ? "gradient" : "none")")
      case .base64: parts.append("base64")
      }
    }
    return parts.joined(separator: "+")
  }
}
