#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#else
  #error("no C library known for this platform")
#endif

/// Owns an open file.
struct SourceFile: ~Copyable {
  let descriptor: Int32
  let path: String
  private let closes: Bool

  /// Opens a file for reading.
  init(path: String) throws(SourceError) {
    self.path = path
    closes = true
    // Not `open(path, ...)`, which copies the path to the heap, once for each frame.
    descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .unreadable(path, reason: SourceFile.reason()) }
  }

  /// Standard input, which stays open.
  init(standardInput: Void) {
    path = "stdin"
    descriptor = 0
    closes = false
  }

  deinit {
    if closes { Self.closeDescriptor(descriptor) }
  }

  private static func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

  /// Bytes in the file; `nil` for what is no regular file.
  var size: Int? {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Reads until `target` is full or the file ends.
  /// - Returns: bytes read.
  func read(into target: UnsafeMutableRawBufferPointer) throws(SourceError) -> Int {
    var count = 0
    while count < target.count {
      let got = readSome(into: UnsafeMutableRawBufferPointer(rebasing: target[count...]))
      guard got >= 0 else { throw .unreadable(path, reason: SourceFile.reason()) }
      if got == 0 { break }
      count += got
    }
    return count
  }

  /// One read; -1 with `errno` on failure. Goes on after a signal.
  func readSome(into target: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let got = systemRead(descriptor, target.baseAddress, target.count)
      if got >= 0 || errno != EINTR { return got }
    }
  }

  func seek(to offset: Int) throws(SourceError) {
    guard lseek(descriptor, off_t(offset), SEEK_SET) >= 0 else {
      throw .unreadable(path, reason: SourceFile.reason())
    }
  }

  /// The last system error in words.
  static func reason() -> String { String(cString: strerror(errno)) }
}

/// The system's `read`, out of reach of the method of that name.
private func systemRead(_ descriptor: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, target, count)
}
