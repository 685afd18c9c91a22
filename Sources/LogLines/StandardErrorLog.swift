#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#else
  #error("no C library known for this platform")
#endif

/// Lines on standard error: what a ``Log`` does unless it is given a handler.
public enum StandardErrorLog {
  /// Writes one line.
  @Sendable
  public static func write(_ line: LogLine) {
    write(line.text + "\n")
  }

  /// Writes text as it is, all of it unless standard error is gone.
  public static func write(_ text: String) { _ = writeAll(text, to: 2) }
}

/// Writes all of a text to a file descriptor.
/// - Returns: 0, or the `errno` of what stopped it.
public func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
  var text = text
  return text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return errno }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    return 0
  }
}
