/// One axis of a bilinear resize: for each target position two source positions and the weight of the second.
///
/// Half-pixel centres with clamped edges and no antialiasing, as OpenCV's `INTER_LINEAR`:
/// `source = ((target + 0.5) * step + start - origin) / spacing - 0.5`.
package struct ResampleAxis {
  /// Nearer-to-zero source position of each target position.
  package let first: [Int]
  /// The one after it; the same at an edge.
  package let second: [Int]
  /// Weight of `second`, 0..<1; `1 - weight` is that of `first`.
  package let weight: [Float]
  /// The same as the kernels take it, in 1/32768; never a whole.
  let fixedWeight: [Int32]
  /// Where the resized part starts in the tensor.
  package let offset: Int
  /// Whether every weight is 0: pixels are copied, not mixed.
  package let isCopy: Bool

  /// Target positions that are covered.
  package var count: Int { first.count }

  /// - Parameters:
  ///   - source: samples of the source along this axis.
  ///   - spacing: source pixels a sample, which lies in their middle.
  ///   - origin: the pixel at which those of the first sample begin.
  package init(_ span: ResampleSpan, source: Int, spacing: Int = 1, origin: Int = 0) {
    var first = [Int]()
    var second = [Int]()
    var weight = [Float]()
    for target in 0..<span.count {
      let exact = ((Double(target) + 0.5) * span.step + span.start - Double(origin)) / Double(spacing) - 0.5
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
    fixedWeight = weight.map { min(Int32(($0 * 32768).rounded()), 32767) }
    offset = span.offset
    isCopy = weight.allSatisfy { $0 == 0 }
  }
}
