import CZlib

/// The zlib format (RFC 1950), whole buffers at a time.
enum Deflate {
  /// Returns the most bytes that ``compress(_:)`` returns for this many.
  static func compressedBound(_ count: Int) -> Int { Int(compressBound(UInt(count))) }

  static func compress(_ bytes: [UInt8]) -> [UInt8] {
    let bound = compressedBound(bytes.count)
    return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
      var length = UInt(bound)
      let code = compress2(buffer.baseAddress, &length, bytes, UInt(bytes.count), Z_DEFAULT_COMPRESSION)
      precondition(code == Z_OK, "zlib: \(code)")  // Only without memory: the bound fits any input.
      count = Int(length)
    }
  }

  /// - Parameter limit: the most bytes to write; larger output is rejected.
  /// - Throws: unless the input is exactly one stream of at most `limit` bytes.
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
