import Glibc

/// Allocates memory for whole frames and tensors: 64-byte aligned; from 4 MiB on in huge pages, where the system grants
/// them on request. With 4 KB pages the processor would translate a new address every few rows.
public enum LargeMemory {
  /// Size of a huge page of x86-64, and of arm64 with 4 KB pages, bytes.
  private static let page = 2 << 20

  /// Returns uninitialised memory; ``UnsafeMutableRawPointer/deallocate()`` frees it.
  public static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
    guard byteCount >= 2 * page else { return .allocate(byteCount: byteCount, alignment: 64) }
    let base = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: page)
    // Whole pages only: the memory after them may belong to other allocations. An error on a system without huge pages
    // is harmless.
    madvise(base, byteCount / page * page, Int32(MADV_HUGEPAGE))
    return base
  }
}
