import FrameCore

/// Writes the pixels of a BMP file as rows from the top.
struct BMPRows {
  let header: BMPHeader
  let palette: BMPPalette
  /// `mono8` or `rgb8`.
  let format: PixelFormat
  /// All rows, tight.
  let pixels: UnsafeMutableRawBufferPointer

  /// Returns the offset of the file's n-th row in `pixels`, bytes.
  private func start(_ row: Int) -> Int {
    (header.isTopDown ? row : header.height - 1 - row) * header.width * format.bytesPerPixel
  }

  private func put(_ index: Int, at target: Int) {
    if format == .mono8 {
      pixels[target] = palette.colors[3 * index]
    } else {
      for channel in 0..<3 { pixels[target + channel] = palette.colors[3 * index + channel] }
    }
  }

  /// Returns the bytes from one row of the file to the next: padded to 4.
  private static func stride(_ header: BMPHeader) -> Int { (header.width * header.bits + 31) / 32 * 4 }

  /// Returns the bytes of all rows without run-length coding. The last row need not be padded.
  static func plainBytes(_ header: BMPHeader) -> Int {
    stride(header) * (header.height - 1) + (header.width * header.bits + 7) / 8
  }

  /// - Parameter data: at least ``plainBytes(_:)`` bytes.
  func readPlain(_ data: UnsafeRawBufferPointer) {
    let stride = Self.stride(header)
    let fields = BMPFields(header.masks)
    for row in 0..<header.height {
      let (from, to) = (row * stride, start(row))
      switch header.bits {
      case 24,
        32 where header.coding == .plain:
        let step = header.bits / 8
        for x in 0..<header.width {
          pixels[to + 3 * x] = data[from + step * x + 2]
          pixels[to + 3 * x + 1] = data[from + step * x + 1]
          pixels[to + 3 * x + 2] = data[from + step * x]
        }
      case 16, 32:
        for x in 0..<header.width {
          let value =
            header.bits == 16
            ? UInt32(data.loadUnaligned(fromByteOffset: from + 2 * x, as: UInt16.self).littleEndian)
            : data.loadUnaligned(fromByteOffset: from + 4 * x, as: UInt32.self).littleEndian
          for channel in 0..<3 { pixels[to + 3 * x + channel] = fields.sample(value, channel) }
        }
      default:
        let perByte = 8 / header.bits
        let mask = 1 << header.bits - 1
        for x in 0..<header.width {
          let shift = (perByte - 1 - x % perByte) * header.bits
          put(Int(data[from + x / perByte]) >> shift & mask, at: to + x * format.bytesPerPixel)
        }
      }
    }
  }

  /// Reads run-length coding: a count and an index (two of 4 bits, in turn); or 0 and: 0 for the end of the row, 1 for
  /// the end of the picture, 2 to skip right and down, else the number of indices that follow. Skipped pixels have
  /// index 0.
  /// - Returns: false when the data ends before the picture, or runs exceed it.
  func readRuns(_ data: UnsafeRawBufferPointer) -> Bool {
    for x in 0..<header.width * header.height { put(0, at: x * format.bytesPerPixel) }
    let isNarrow = header.bits == 4
    var (at, x, row) = (0, 0, 0)
    func index(_ byte: UInt8, _ n: Int) -> Int {
      isNarrow ? Int(n % 2 == 0 ? byte >> 4 : byte & 15) : Int(byte)
    }
    // Two indices share a byte: in a row of odd width the last one may be unused.
    let widest = isNarrow ? header.width + header.width % 2 : header.width
    func set(_ index: Int) {
      if x < header.width { put(index, at: start(row) + x * format.bytesPerPixel) }
      x += 1
    }
    while row < header.height {
      guard at + 2 <= data.count else { return row == header.height - 1 && x >= header.width }
      let (count, value) = (Int(data[at]), data[at + 1])
      at += 2
      if count > 0 {
        guard x + count <= widest else { return false }
        for n in 0..<count { set(index(value, n)) }
        continue
      }
      switch value {
      case 0: (x, row) = (0, row + 1)
      case 1: return true
      case 2:
        guard at + 2 <= data.count, x + Int(data[at]) <= header.width else { return false }
        (x, row) = (x + Int(data[at]), row + Int(data[at + 1]))
        at += 2
      default:
        let length = isNarrow ? (Int(value) + 1) / 2 : Int(value)
        guard at + length <= data.count, x + Int(value) <= widest else { return false }
        for n in 0..<Int(value) { set(index(data[at + (isNarrow ? n / 2 : n)], n)) }
        at += length + length % 2
      }
    }
    return true
  }
}

/// Channels within 16 or 32 bits.
struct BMPFields {
  private var shifts: [3 of UInt32] = [0, 0, 0]
  private var tops: [3 of UInt32] = [0, 0, 0]

  /// - Parameter masks: of red, green and blue; 0 for a missing channel, which is black.
  init(_ masks: [3 of UInt32]) {
    for channel in 0..<3 where masks[channel] != 0 {
      let mask = masks[channel]
      let width = 32 - mask.leadingZeroBitCount - mask.trailingZeroBitCount
      // The high 8 bits of wider channels.
      shifts[channel] = UInt32(mask.trailingZeroBitCount + max(0, width - 8))
      tops[channel] = UInt32(1) << UInt32(min(width, 8)) - 1
    }
  }

  func sample(_ value: UInt32, _ channel: Int) -> UInt8 {
    let top = tops[channel]
    return top == 0 ? 0 : UInt8((value >> shifts[channel] & top) * 255 / top)
  }
}
