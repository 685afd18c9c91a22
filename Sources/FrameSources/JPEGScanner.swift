/// Finds where a JPEG file ends in a stream of them, by walking its marker segments (ITU-T T.81, B.1.1).
///
/// Segments are stepped over by their length, so an embedded thumbnail does not end the file.
struct JPEGScanner {
  private enum State {
    /// Before a marker's 0xFF.
    case marker
    /// After a marker's 0xFF.
    case code
    /// In the two bytes of a segment's length.
    case lengthHigh(isScan: Bool)
    case lengthLow(isScan: Bool, high: Int)
    /// In a segment.
    case segment(left: Int, isScan: Bool)
    /// In entropy-coded data.
    case entropy
    /// After 0xFF in entropy-coded data.
    case entropyCode
  }

  private var state = State.marker
  /// Whether the end-of-image marker was passed.
  private(set) var isComplete = false
  /// Whether the bytes cannot be a JPEG file.
  private(set) var isBroken = false

  /// Goes through further bytes.
  /// - Returns: how many belong to the file.
  mutating func scan(_ bytes: UnsafeRawBufferPointer) -> Int {
    var at = 0
    while at < bytes.count, !isComplete, !isBroken {
      if case .segment(let left, let isScan) = state {
        let step = min(left, bytes.count - at)
        at += step
        state = left > step ? .segment(left: left - step, isScan: isScan) : isScan ? .entropy : .marker
        continue
      }
      let byte = bytes[at]
      at += 1
      take(byte)
    }
    return at
  }

  private mutating func take(_ byte: UInt8) {
    switch state {
    case .marker:
      if byte == 0xFF { state = .code } else { isBroken = true }
    case .code:
      switch byte {
      case 0xFF: break  // fill
      case 0xD8, 0x01, 0xD0...0xD7: state = .marker
      case 0xD9: isComplete = true
      case 0x00: isBroken = true
      default: state = .lengthHigh(isScan: byte == 0xDA)
      }
    case .lengthHigh(let isScan): state = .lengthLow(isScan: isScan, high: Int(byte))
    case .lengthLow(let isScan, let high):
      let length = high << 8 | Int(byte)
      if length < 2 { isBroken = true } else { state = .segment(left: length - 2, isScan: isScan) }
    case .entropy:
      if byte == 0xFF { state = .entropyCode }
    case .entropyCode:
      switch byte {
      case 0x00, 0xD0...0xD7: state = .entropy  // a stuffed byte, a restart
      case 0xFF: break
      case 0xD9: isComplete = true
      case 0xD8: isBroken = true  // the next file begins: this one was cut off
      default: state = .lengthHigh(isScan: byte == 0xDA)
      }
    case .segment: break
    }
  }
}
