import FrameCore

/// WIRE's `subgreen-gradient`: makes pixels compress better, reversibly. All arithmetic is modulo 256.
///
/// Green is subtracted from the two other channels, the channels become planes, and each sample becomes its
/// difference to left + up - upleft; outside the image is 0.
enum GradientFilter {
  /// Whether pixels of this format have a filter.
  static func applies(to format: PixelFormat) -> Bool {
    switch format {
    case .rgb8, .bgr8, .mono8: true
    case .rgba8, .i420: false
    }
  }

  /// Filters interleaved pixels into tight planes.
  /// - Parameters:
  ///   - source: `layout.byteCount` bytes; rows may be padded.
  ///   - target: `width * height * channels` bytes.
  static func apply(
    _ source: UnsafePointer<UInt8>, _ layout: PixelLayout, into target: UnsafeMutablePointer<UInt8>
  ) {
    let (width, height) = (layout.width, layout.height)
    if layout.format.channels == 1 {
      for y in 0..<height {
        let row = source + y * layout.stride
        let above = y > 0 ? row - layout.stride : nil
        residual(row, above, target + y * width, width)
      }
      return
    }
    // Two rows of the three planes, green already subtracted: this row and the one above.
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 6 * width) { rows in
      guard let base = rows.baseAddress else { return }
      for y in 0..<height {
        let now = base + (y & 1) * 3 * width
        let before = y > 0 ? base + (1 - y & 1) * 3 * width : nil
        let row = source + y * layout.stride
        for x in 0..<width {
          let green = row[3 * x + 1]
          now[x] = row[3 * x] &- green
          now[width + x] = green
          now[2 * width + x] = row[3 * x + 2] &- green
        }
        for plane in 0..<3 {
          residual(
            now + plane * width, before.map { UnsafePointer($0 + plane * width) },
            target + plane * width * height + y * width, width)
        }
      }
    }
  }

  private static func residual(
    _ row: UnsafePointer<UInt8>, _ above: UnsafePointer<UInt8>?, _ target: UnsafeMutablePointer<UInt8>,
    _ width: Int
  ) {
    if let above {
      target[0] = row[0] &- above[0]
      for x in 1..<max(width, 1) { target[x] = row[x] &- row[x - 1] &- above[x] &+ above[x - 1] }
    } else {
      target[0] = row[0]
      for x in 1..<max(width, 1) { target[x] = row[x] &- row[x - 1] }
    }
  }

  /// Turns filtered planes back into interleaved, tight pixels. `planes` is used as working memory.
  static func undo(
    _ planes: UnsafeMutablePointer<UInt8>, _ layout: PixelLayout, into target: UnsafeMutablePointer<UInt8>
  ) {
    let (width, height) = (layout.width, layout.height)
    let channels = layout.format.channels
    for plane in 0..<channels {
      let start = planes + plane * width * height
      for y in 0..<height {
        let row = start + y * width
        // Sums over the row, then over the column.
        var sum: UInt8 = 0
        if y == 0 {
          for x in 0..<width {
            sum &+= row[x]
            row[x] = sum
          }
        } else {
          let above = row - width
          for x in 0..<width {
            sum &+= row[x]
            row[x] = sum &+ above[x]
          }
        }
      }
    }
    let count = width * height
    if channels == 1 {
      target.update(from: planes, count: count)
      return
    }
    let (first, green, last) = (planes, planes + count, planes + 2 * count)
    for at in 0..<count {
      let middle = green[at]
      target[3 * at] = first[at] &+ middle
      target[3 * at + 1] = middle
      target[3 * at + 2] = last[at] &+ middle
    }
  }
}
