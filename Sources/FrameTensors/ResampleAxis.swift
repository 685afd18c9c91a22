/// One axis of a bilinear resize: for each target position two source positions and the weight of the second.
///
/// Half-pixel centres with clamped edges and no antialiasing, as OpenCV's `INTER_LINEAR`:
/// `source = ((target + 0.5) * step + start - origin) / spacing - 0.5`.
package struct ResampleAxis {
  /// The lower source position of each target position.
  package let first: [Int]
  /// The next source position; the same one at an edge.
  package let second: [Int]
  /// Weight of `second`, 0..<1; the weight of `first` is `1 - weight`.
  package let weight: [Float]
  /// The same for the kernels, in 1/32768; always below 1.
  let fixedWeight: [Int32]
  /// Where the resized part starts in the tensor.
  package let offset: Int
  /// Whether every weight is 0: pixels are copied, not mixed.
  package let isCopy: Bool

  /// Target positions that are covered.
  package var count: Int { first.count }

  /// - Parameters:
  ///   - source: samples of the source along this axis.
  ///   - spacing: source pixels per sample, which is centred on them.
  ///   - origin: the first source pixel that the first sample covers.
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
