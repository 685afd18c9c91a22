import Glibc

/// The default handler of a ``Log``: lines on standard error.
public enum StandardErrorLog {
  /// Writes one line without waiting for the reader: see ``LineWriter``.
  @Sendable
  public static func write(_ line: LogLine) {
    LineWriter.standardError.write(line.text + "\n")
  }
}

/// Writes a whole text to a file descriptor.
/// - Returns: 0, or the `errno` of the error.
public func writeAll(_ text: String, to descriptor: Int32) -> Int32 {
  var text = text
  return text.withUTF8 { writeAll(UnsafeRawBufferPointer($0), to: descriptor) }
}

/// Writes all bytes to a file descriptor, which may be non-blocking.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  var rest = bytes
  while !rest.isEmpty {
    let count = write(descriptor, rest.baseAddress, rest.count)
    if count < 0, errno == EINTR { continue }
    if count < 0, errno == EAGAIN {
      // Another program that shares the terminal may have made it non-blocking.
      var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      _ = poll(&place, 1, -1)
      continue
    }
    guard count > 0 else { return errno }
    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
  }
  return 0
}
