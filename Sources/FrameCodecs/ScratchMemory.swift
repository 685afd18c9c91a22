import FrameCore

/// Working memory that is kept from frame to frame and only grows: 64-byte aligned.
struct ScratchMemory: ~Copyable {
  private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  deinit { bytes.deallocate() }

  /// At least `count` bytes; what was in them before is lost when it has to grow.
  mutating func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if bytes.count < count {
      bytes.deallocate()
      bytes = UnsafeMutableRawBufferPointer(start: LargeMemory.allocate(count), count: count)
    }
    return UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
  }

  /// Whether these bytes lie in it.
  func holds(_ part: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress, let address = part.baseAddress else { return false }
    return address >= UnsafeRawPointer(start) && address < UnsafeRawPointer(start) + bytes.count
  }
}
