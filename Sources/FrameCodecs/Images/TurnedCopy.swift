import FrameCore

/// Copies stored pixels to their upright orientation.
enum TurnedCopy {
  /// Side of a square that stays in the L1 cache while rows become columns, px.
  private static let block = 32

  /// - Parameters:
  ///   - size: the stored size.
  ///   - stride: bytes from one stored row to the next.
  ///   - bytesPerPixel: 1, 3 or 4.
  ///   - target: receives tight rows of the turned size.
  static func run(
    _ orientation: FrameOrientation, _ source: UnsafePointer<UInt8>, _ size: FrameSize, stride: Int,
    bytesPerPixel: Int, into target: UnsafeMutablePointer<UInt8>
  ) {
    let upright = orientation.upright(size)
    // One step to the right and one down in the turned frame, in stored bytes.
    let along = orientation.swapsSides ? stride : bytesPerPixel
    let across = orientation.swapsSides ? bytesPerPixel : stride
    let stepX = orientation.reversesX ? -along : along
    let stepY = orientation.reversesY ? -across : across
    let start =
      (orientation.reversesX ? along * (upright.width - 1) : 0)
      + (orientation.reversesY ? across * (upright.height - 1) : 0)
    for top in Swift.stride(from: 0, to: upright.height, by: block) {
      for left in Swift.stride(from: 0, to: upright.width, by: block) {
        let columns = min(block, upright.width - left)
        for y in top..<min(top + block, upright.height) {
          let from = source + start + y * stepY + left * stepX
          let to = target + (y * upright.width + left) * bytesPerPixel
          copy(from, stepX, to, columns, bytesPerPixel)
        }
      }
    }
  }

  @inline(__always)
  private static func copy(
    _ from: UnsafePointer<UInt8>, _ step: Int, _ to: UnsafeMutablePointer<UInt8>, _ count: Int,
    _ bytesPerPixel: Int
  ) {
    switch bytesPerPixel {
    case 1:
      for x in 0..<count { to[x] = from[x &* step] }
    case 3:
      for x in 0..<count {
        let pixel = from + x &* step
        to[3 &* x] = pixel[0]
        to[3 &* x &+ 1] = pixel[1]
        to[3 &* x &+ 2] = pixel[2]
      }
    default:
      for x in 0..<count {
        for byte in 0..<bytesPerPixel { to[bytesPerPixel &* x &+ byte] = from[x &* step &+ byte] }
      }
    }
  }

  /// Turns tight pixels of an interleaved format.
  static func pixels(
    _ orientation: FrameOrientation, _ source: UnsafeRawBufferPointer, _ layout: PixelLayout,
    into target: UnsafeMutableRawBufferPointer
  ) {
    precondition(layout.isTight && source.count >= layout.byteCount && target.count >= layout.byteCount)
    guard let from = source.baseAddress, let to = target.baseAddress else { return }
    run(
      orientation, from.assumingMemoryBound(to: UInt8.self), layout.size, stride: layout.stride,
      bytesPerPixel: layout.format.bytesPerPixel, into: to.assumingMemoryBound(to: UInt8.self))
  }

  /// Turns every plane into a tight plane at `target`, one after the other.
  static func planes(
    _ orientation: FrameOrientation, _ source: UnsafePointer<UInt8>, _ layout: PlanarLayout,
    into target: UnsafeMutablePointer<UInt8>
  ) -> PlanarLayout {
    var next = 0
    func turned(_ plane: SamplePlane) -> SamplePlane {
      let size = FrameSize(width: plane.width, height: plane.height)!
      run(
        orientation, source + plane.offset, size, stride: plane.stride, bytesPerPixel: 1, into: target + next)
      let upright = orientation.upright(size)
      let swaps = orientation.swapsSides
      var result = SamplePlane(
        offset: next, stride: upright.width, width: upright.width, height: upright.height,
        spacingX: swaps ? plane.spacingY : plane.spacingX, spacingY: swaps ? plane.spacingX : plane.spacingY)
      // The last samples also cover pixels beyond the frame's edge: after a reversal they come first.
      let frame = orientation.upright(layout.size)
      if orientation.reversesX { result.originX = frame.width - result.width * result.spacingX }
      if orientation.reversesY { result.originY = frame.height - result.height * result.spacingY }
      next += upright.width * upright.height
      return result
    }
    let luma = turned(layout.luma)
    let chroma = layout.chroma.map { PlanarLayout.Chroma(blue: turned($0.blue), red: turned($0.red)) }
    return PlanarLayout(size: orientation.upright(layout.size), luma: luma, chroma: chroma)
  }
}
