#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#else
  #error("no C library known for this platform")
#endif

/// Where a command's result goes.
enum StandardOutput {
  /// Writes a result; when whoever read standard output is gone (`framefeed sink | head`), to standard error.
  /// - Returns: whether standard output took it.
  static func write(_ text: String) -> Bool {
    print(text)
    if fflush(nil) == 0 { return true }
    Console.shared.clear()
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      Console.shared.line(String(line))
    }
    return false
  }
}
