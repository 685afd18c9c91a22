/// A width and height in pixels, as in `1280x720`.
public struct FrameSize: Sendable, Equatable, CustomStringConvertible {
  public let width: Int
  public let height: Int

  /// - Returns: `nil` unless both sides are at least 1 px.
  public init?(width: Int, height: Int) {
    guard width > 0, height > 0 else { return nil }
    self.width = width
    self.height = height
  }

  package init(checkedWidth width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Reads `WIDTHxHEIGHT`.
  public init?(_ text: some StringProtocol) {
    let sides = text.split(separator: "x", omittingEmptySubsequences: false)
    guard sides.count == 2, let width = Int(sides[0]), let height = Int(sides[1]) else { return nil }
    self.init(width: width, height: height)
  }

  public var description: String { "\(width)x\(height)" }
}

extension PixelLayout {
  /// px
  public var size: FrameSize { FrameSize(checkedWidth: width, height: height) }
}
