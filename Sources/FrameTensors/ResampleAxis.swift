/// One axis of a bilinear resize: for each target position two source positions and the weight of the second.
///
/// Half-pixel centres with clamped edges and no antialiasing, as OpenCV's `INTER_LINEAR`:
/// `source = (target + 0.5) * step - 0.5 + start`.
struct ResampleAxis {
  /// Nearer-to-zero source position of each target position.
  let first: [Int]
  /// The one after it; the same at an edge.
  let second: [Int]
  /// Weight of `second`, 0..<1; `1 - weight` is that of `first`.
  let weight: [Float]
  /// Where the resized part starts in the tensor.
  let offset: Int
  /// Whether every weight is 0: pixels are copied, not mixed.
  let isCopy: Bool

  /// Target positions that are covered.
  var count: Int { first.count }

  /// - Parameters:
  ///   - source: pixels of the source along this axis.
  ///   - count: target positions to cover.
  ///   - step: source pixels a target pixel.
  ///   - start: source coordinate of the left edge of the first target pixel.
  init(source: Int, count: Int, step: Double, start: Double = 0, offset: Int = 0) {
    var first = [Int]()
    var second = [Int]()
    var weight = [Float]()
    for target in 0..<count {
      let exact = (Double(target) + 0.5) * step - 0.5 + start
      let floor = exact.rounded(.down)
      if floor < 0 || floor >= Double(source - 1) {
        let edge = floor < 0 ? 0 : source - 1
        first.append(edge)
        second.append(edge)
        weight.append(0)
      } else {
        first.append(Int(floor))
        second.append(Int(floor) + 1)
        weight.append(Float(exact - floor))
      }
    }
    self.first = first
    self.second = second
    self.weight = weight
    self.offset = offset
    isCopy = weight.allSatisfy { $0 == 0 }
  }

  /// Both axes for a source of `width` x `height`.
  static func plan(_ spec: TensorSpec, width: Int, height: Int) -> (x: ResampleAxis, y: ResampleAxis) {
    let ratioX = Double(spec.width) / Double(width)
    let ratioY = Double(spec.height) / Double(height)
    switch spec.fit {
    case .stretch:
      return (
        ResampleAxis(source: width, count: spec.width, step: Double(width) / Double(spec.width)),
        ResampleAxis(source: height, count: spec.height, step: Double(height) / Double(spec.height))
      )
    case .letterbox:
      let ratio = min(ratioX, ratioY)
      return (
        letterboxed(source: width, target: spec.width, ratio: ratio),
        letterboxed(source: height, target: spec.height, ratio: ratio)
      )
    case .crop:
      let ratio = max(ratioX, ratioY)
      return (
        cropped(source: width, target: spec.width, ratio: ratio),
        cropped(source: height, target: spec.height, ratio: ratio)
      )
    }
  }

  /// Sizes and offsets as in Ultralytics' `LetterBox`: an odd pixel of padding goes to the end.
  private static func letterboxed(source: Int, target: Int, ratio: Double) -> ResampleAxis {
    // Half to even is what Python's `round` does; a sliver still keeps one pixel.
    let size = max(1, min(target, Int((Double(source) * ratio).rounded(.toNearestOrEven))))
    let offset = Int((Double(target - size) / 2 - 0.1).rounded(.toNearestOrEven))
    return ResampleAxis(
      source: source, count: size, step: Double(source) / Double(size), offset: max(0, offset))
  }

  private static func cropped(source: Int, target: Int, ratio: Double) -> ResampleAxis {
    var start = (Double(source) - Double(target) / ratio) / 2
    // Without scaling, half a pixel off centre is better than every pixel blurred with its neighbour.
    if ratio == 1 { start = start.rounded(.down) }
    return ResampleAxis(source: source, count: target, step: 1 / ratio, start: start)
  }
}
