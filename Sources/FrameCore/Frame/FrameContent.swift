/// What a payload holds below its encodings: plain pixels, or an image file that is still compressed.
public struct FrameContent: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// Plain pixels in `layout`.
    case pixels
    /// A JPEG file.
    case jpeg
    /// A PNG file.
    case png
  }

  public let kind: Kind
  /// Of pixels: their layout in memory. Of an image file: its size and the tight format a decoder should produce.
  public let layout: PixelLayout

  public init(_ kind: Kind, _ layout: PixelLayout) {
    self.kind = kind
    self.layout = layout
  }

  /// The media type, as in the `content-type` header.
  public var mediaType: String {
    switch kind {
    case .pixels: "application/octet-stream"
    case .jpeg: "image/jpeg"
    case .png: "image/png"
    }
  }
}

/// A content encoding: one layer over the content.
public enum PayloadLayer: String, Sendable, Equatable {
  /// One standard zstd frame with content size and checksum.
  case zstd
  /// RFC 4648 with padding, without line breaks.
  case base64
}

/// A reversible pixel transform that makes the next layer compress better.
public enum PixelFilter: String, Sendable, Equatable {
  /// Subtract green, split into planes, gradient residual: see docs/record.md, "The gradient filter".
  case subgreenGradient = "subgreen-gradient"
}

/// Everything a decoder must know about a payload: content, filter, and the layers in the order applied.
public struct PayloadFormat: Sendable, Equatable {
  public var content: FrameContent
  public var filter: PixelFilter?
  public var layers: [PayloadLayer]

  public init(content: FrameContent, filter: PixelFilter? = nil, layers: [PayloadLayer] = []) {
    self.content = content
    self.filter = filter
    self.layers = layers
  }
}
