import Glibc

/// Memory for whole frames and tensors: 64-byte aligned; from a few megabytes on in huge pages, where the system
/// gives them when asked. With 4 KB pages the processor would look up an address every few rows.
public enum LargeMemory {
  /// A huge page of x86-64, and of arm64 with 4 KB pages, bytes.
  private static let page = 2 << 20

  /// Uninitialised memory; ``UnsafeMutableRawPointer/deallocate()`` gives it back.
  public static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    guard byteCount >= 2 * page else { return .allocate(byteCount: byteCount, alignment: 64) }
    let base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: page)
    // Whole pages only: what follows may be another's. A system without huge pages refuses, and no harm done.
    madvise(base, byteCount / page * page, Int32(MADV_HUGEPAGE))
    return base
  }
}
