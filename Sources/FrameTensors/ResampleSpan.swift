public import FrameCore

/// The part of a source axis that covers a part of the tensor's axis, in pixels of the source.
package struct ResampleSpan: Equatable {
  /// Target positions to cover.
  let count: Int
  /// Source pixels per target pixel.
  let step: Double
  /// Source coordinate of the left edge of the first target pixel.
  var start = 0.0
  /// Where the resized part starts in the tensor.
  var offset = 0

  /// Whether pixels are copied, not mixed.
  var isCopy: Bool { step == 1 && start == start.rounded(.down) }

  /// Returns the span with sizes and offsets as in Ultralytics' `LetterBox`: an odd pixel of padding goes to the end.
  fileprivate static func letterboxed(source: Int, target: Int, ratio: Double) -> ResampleSpan {
    // Half to even, like Python's `round`; a very narrow frame still keeps one pixel.
    let size = max(1, min(target, Int((Double(source) * ratio).rounded(.toNearestOrEven))))
    let offset = Int((Double(target - size) / 2 - 0.1).rounded(.toNearestOrEven))
    return ResampleSpan(count: size, step: Double(source) / Double(size), offset: max(0, offset))
  }

  fileprivate static func cropped(source: Int, target: Int, ratio: Double) -> ResampleSpan {
    var start = (Double(source) - Double(target) / ratio) / 2
    // Without scaling, a shift of half a pixel is better than blurring every pixel with its neighbour.
    if ratio == 1 { start = start.rounded(.down) }
    return ResampleSpan(count: target, step: 1 / ratio, start: start)
  }
}

extension TensorSpec {
  /// Returns the spans of both axes for a source of that size.
  package func spans(_ source: FrameSize) -> (x: ResampleSpan, y: ResampleSpan) {
    let ratioX = Double(width) / Double(source.width)
    let ratioY = Double(height) / Double(source.height)
    switch fit {
    case .stretch:
      return (
        ResampleSpan(count: width, step: Double(source.width) / Double(width)),
        ResampleSpan(count: height, step: Double(source.height) / Double(height))
      )
    case .letterbox:
      let ratio = min(ratioX, ratioY)
      return (
        .letterboxed(source: source.width, target: width, ratio: ratio),
        .letterboxed(source: source.height, target: height, ratio: ratio)
      )
    case .crop:
      let ratio = max(ratioX, ratioY)
      return (
        .cropped(source: source.width, target: width, ratio: ratio),
        .cropped(source: source.height, target: height, ratio: ratio)
      )
    }
  }

  /// Returns the smallest size of a whole frame that has as many samples as the tensor uses; further samples would be
  /// skipped.
  public func sufficientSize(of frame: FrameSize) -> FrameSize {
    let (x, y) = spans(frame)
    func samples(_ pixels: Int, _ step: Double) -> Int {
      max(1, Int((Double(pixels) / step - 1e-6).rounded(.up)))
    }
    return FrameSize(width: samples(frame.width, x.step), height: samples(frame.height, y.step))!
  }
}
