public import FrameCore

/// What the reader of decoded frames needs of them; nothing else is computed.
public struct DecodeDemand: Sendable {
  /// How JPEG files are decoded.
  public enum Exactness: String, Sendable, CaseIterable {
    /// At the smallest scale (1, 1/2, 1/4, 1/8) that has enough samples, with the accurate DCT.
    case accurate
    /// The same with libjpeg-turbo's fast DCT.
    case fast
    /// At full size, whatever size is needed.
    case full
  }

  public var exactness = Exactness.accurate
  public var orientation = FrameOrientation.Policy.exif
  public var damaged = DamagedPictures.refuse
  /// Whether more than luma is needed.
  public var wantsColor = true
  /// Returns the size with enough samples for a frame of the given size.
  public var sufficientSize: @Sendable (FrameSize) -> FrameSize

  public init(sufficientSize: @escaping @Sendable (FrameSize) -> FrameSize = { $0 }) {
    self.sufficientSize = sufficientSize
  }

  /// Returns the strongest reduction with enough samples. Other scales than these are slow in libjpeg-turbo.
  /// - Parameter frame: the size as stored.
  func reduction(_ frame: FrameSize, _ orientation: FrameOrientation) -> Int {
    guard exactness != .full else { return 1 }
    let upright = orientation.upright(frame)
    let needed = sufficientSize(upright)
    func suffices(_ reduction: Int) -> Bool {
      (upright.width + reduction - 1) / reduction >= needed.width
        && (upright.height + reduction - 1) / reduction >= needed.height
    }
    return suffices(8) ? 8 : suffices(4) ? 4 : suffices(2) ? 2 : 1
  }
}
