import FrameCore

/// A moving test scene: a gradient sky, a textured ground, a disc, and the frame's number in large digits.
///
/// Each frame depends on its number alone. Endless.
final class SyntheticSource: FrameSource, @unchecked Sendable {
  // Sound: everything but the fixed background is used by the reading thread alone.
  let name: String
  let nominalRate: Double? = 30
  let isLive = false
  let frameCount: Int? = nil
  private let content: FrameContent
  /// Twice as wide as the frame, because it scrolls.
  private let background: [UInt8]
  private var position = 0

  init(name: String, _ size: FrameSize, limits: FrameLimits) throws(SourceError) {
    self.name = name
    let layout: PixelLayout
    do throws(LayoutError) {
      layout = try PixelLayout(width: size.width, height: size.height, format: .rgb8, limits: limits)
    } catch {
      throw .option("\(name): \(error)")
    }
    content = FrameContent(.pixels, layout)
    background = Self.scene(layout.width, layout.height)
  }

  func rewind() { position = 0 }

  func close() {}

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    let layout = content.layout
    guard var buffer = pool.take(layout.byteCount) else { throw .stopped }
    let number = position
    buffer.fill { memory in
      draw(number, into: memory)
      return layout.byteCount
    }
    position += 1
    return .frame(
      CapturedFrame(content: content, buffer: buffer, origin: FrameOrigin(file: name, position: number)))
  }

  private func draw(_ number: Int, into memory: UnsafeMutableRawBufferPointer) {
    let (width, height) = (content.layout.width, content.layout.height)
    let shift = number * 4 % width
    background.withUnsafeBytes { scene in
      for row in 0..<height {
        let from = (row * 2 * width + shift) * 3
        UnsafeMutableRawBufferPointer(rebasing: memory[(row * width * 3)..<((row + 1) * width * 3)])
          .copyMemory(from: UnsafeRawBufferPointer(rebasing: scene[from..<from + width * 3]))
      }
    }
    drawDisc(number, into: memory)
    drawDigits(number, into: memory)
  }

  private func drawDisc(_ number: Int, into memory: UnsafeMutableRawBufferPointer) {
    let (width, height) = (content.layout.width, content.layout.height)
    let radius = max(1, height / 10)
    // Back and forth across the frame.
    let way = max(1, width - 1)
    let step = number * 7 % (2 * way)
    let (centerX, centerY) = (step < way ? step : 2 * way - step, height / 3)
    for y in max(0, centerY - radius)..<min(height, centerY + radius + 1) {
      for x in max(0, centerX - radius)..<min(width, centerX + radius + 1) {
        let (dx, dy) = (x - centerX, y - centerY)
        guard dx * dx + dy * dy <= radius * radius else { continue }
        let at = (y * width + x) * 3
        (memory[at], memory[at + 1], memory[at + 2]) = (240, 90, 40)
      }
    }
  }

  /// Draws white digits on black at the top left, about a tenth of the frame's height.
  private func drawDigits(_ number: Int, into memory: UnsafeMutableRawBufferPointer) {
    let (width, height) = (content.layout.width, content.layout.height)
    let scale = max(1, height / 80)
    for (place, digit) in String(number).utf8.enumerated() {
      let glyph = Self.digits[Int(digit - 0x30)]
      for row in 0..<9 {
        for column in 0..<7 {
          let inside = (1..<8).contains(row) && (1..<6).contains(column)
          let isInk = inside && glyph[row - 1] >> (5 - column) & 1 == 1
          let value: UInt8 = isInk ? 255 : 0
          for y in (row * scale)..<((row + 1) * scale) where y < height {
            for x in ((place * 6 + column) * scale)..<((place * 6 + column + 1) * scale) where x < width {
              let at = (y * width + x) * 3
              (memory[at], memory[at + 1], memory[at + 2]) = (value, value, value)
            }
          }
        }
      }
    }
  }

  /// 5 x 7 dots each, one byte per row.
  private static let digits: [[UInt8]] = [
    [0x0E, 0x11, 0x13, 0x15, 0x19, 0x11, 0x0E], [0x04, 0x0C, 0x04, 0x04, 0x04, 0x04, 0x0E],
    [0x0E, 0x11, 0x01, 0x02, 0x04, 0x08, 0x1F], [0x1F, 0x02, 0x04, 0x02, 0x01, 0x11, 0x0E],
    [0x02, 0x06, 0x0A, 0x12, 0x1F, 0x02, 0x02], [0x1F, 0x10, 0x1E, 0x01, 0x01, 0x11, 0x0E],
    [0x06, 0x08, 0x10, 0x1E, 0x11, 0x11, 0x0E], [0x1F, 0x01, 0x02, 0x04, 0x08, 0x08, 0x08],
    [0x0E, 0x11, 0x11, 0x0E, 0x11, 0x11, 0x0E], [0x0E, 0x11, 0x11, 0x0F, 0x01, 0x02, 0x0C],
  ]

  private static func scene(_ width: Int, _ height: Int) -> [UInt8] {
    var scene = [UInt8](repeating: 0, count: 2 * width * height * 3)
    var noise: UInt32 = 0x9E37_79B9
    for y in 0..<height {
      let depth = 255 * y / max(1, height - 1)
      for x in 0..<width {
        // Xorshift: a texture that compresses like a photograph, not like a drawing.
        noise ^= noise << 13
        noise ^= noise >> 17
        noise ^= noise << 5
        let grain = y > height / 2 ? Int(noise & 15) : Int(noise & 3)
        let field = y > height / 2 && (x / 32 + y / 32) % 2 == 0 ? 24 : 0
        let color = [70 + depth / 3 + grain, 120 + depth / 4 + grain + field, 200 - depth / 2 + grain]
        for (channel, value) in color.enumerated() {
          scene[(y * 2 * width + x) * 3 + channel] = UInt8(clamping: value)
          scene[(y * 2 * width + width + x) * 3 + channel] = UInt8(clamping: value)
        }
      }
    }
    return scene
  }
}
