import FrameCore

/// Working memory that is kept between frames and only grows: 64-byte aligned.
struct ScratchMemory: ~Copyable {
  private var bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  deinit { bytes.deallocate() }

  /// Returns `count` bytes. Their old contents are lost when the memory must grow.
  mutating func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if bytes.count < count {
      bytes.deallocate()
      bytes = UnsafeMutableRawBufferPointer(start: LargeMemory.allocate(count), count: count)
    }
    return UnsafeMutableRawBufferPointer(rebasing: bytes[..<count])
  }

  /// Whether `part` starts in this memory.
  func holds(_ part: UnsafeRawBufferPointer) -> Bool {
    guard let start = bytes.baseAddress, let address = part.baseAddress else { return false }
    return address >= UnsafeRawPointer(start) && address < UnsafeRawPointer(start) + bytes.count
  }
}
