import CJPEG

/// Finds the markers in entropy-coded data (ITU-T T.81, B.1.1.5).
struct RestartScanner {
  private let file: UnsafeRawBufferPointer
  private var at: Int
  /// Restart markers found.
  private var count = 0

  init(_ file: UnsafeRawBufferPointer, at start: Int) {
    self.file = file
    at = start
  }

  /// Advances to a restart marker.
  /// - Parameter number: 1 for the first in the file.
  /// - Returns: its first byte; `nil` when it is missing or the markers' numbers are out of order.
  mutating func find(_ number: Int) -> Int? {
    while count < number {
      guard let (place, marker) = next(), marker == 0xD0 + UInt8(count & 7) else { return nil }
      count += 1
      if count == number { return place }
    }
    return nil
  }

  /// Advances to the end of the image.
  /// - Returns: the first byte of its marker; `nil` when another marker precedes it.
  mutating func end() -> Int? {
    while let (place, marker) = next() {
      if marker == 0xD9 { return place }
      guard marker == 0xD0 + UInt8(count & 7) else { return nil }
      count += 1
    }
    return nil
  }

  /// Returns the next marker that is not a stuffed zero or fill.
  private mutating func next() -> (place: Int, marker: UInt8)? {
    guard let base = file.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
    let place = ff_jpeg_next_marker(base, at, file.count)
    guard place + 1 < file.count else { return nil }
    at = place + 2
    return (place, file[place + 1])
  }
}
