import CZlib

/// The zlib format (RFC 1950), whole buffers at a time.
enum Deflate {
  /// Most bytes that ``compress(_:)`` makes of so many.
  static func compressedBound(_ count: Int) -> Int { Int(compressBound(UInt(count))) }

  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    let bound = compressedBound(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      var length = UInt(bound)
      let code = compress2(buffer.baseAddress, &length, bytes, UInt(bytes.count), Z_DEFAULT_COMPRESSION)
      precondition(code == Z_OK, "zlib: \(code)")  // Only for want of memory: the bound holds for any input.
      count = Int(length)
    }
  }

  /// - Parameter limit: most bytes to make of it; more are not even written to memory.
  /// - Throws: unless the input is one whole stream of at most `limit` bytes, and nothing behind it.
  static func inflate(_ bytes: ArraySlice<UInt8>, limit: Int) throws(HistogramError) -> [UInt8] {
    var code = Z_OK
    var consumed = UInt(bytes.count)
    let inflated = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
      var length = UInt(limit)
      code = bytes.withUnsafeBufferPointer {
        uncompress2(buffer.baseAddress, &length, $0.baseAddress, &consumed)
      }
      count = Int(length)
    }
    switch code {
    case Z_OK where consumed == bytes.count: return inflated
    case Z_OK:
      throw .malformed("\(bytes.count - Int(consumed)) bytes follow the zlib stream: expected its end")
    case Z_BUF_ERROR:
      throw .malformed(
        "its zlib stream inflates to more than \(limit) bytes, the most that a histogram needs")
    default: throw .malformed("its zlib stream is damaged or cut off (zlib's code \(code))")
    }
  }
}
