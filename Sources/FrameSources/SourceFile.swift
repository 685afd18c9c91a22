import FrameCore
import Glibc

/// An open file, closed when the value is destroyed.
struct SourceFile: ~Copyable {
  let descriptor: Int32
  let path: String
  private let closes: Bool

  /// Opens a file for reading.
  init(path: String) throws(SourceError) {
    self.path = path
    closes = true
    descriptor = FilePath(path).withCString { open($0, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw .unreadable(path, reason: SourceFile.reason()) }
  }

  /// Opens one image file. Never waits for a file that is not regular: a pipe without a writer would block the feed.
  init(image path: FilePath, _ origin: FrameOrigin) throws(SourceError) {
    self.path = path.shown
    closes = true
    descriptor = try Self.opened(path, origin)
  }

  private static func opened(_ path: FilePath, _ origin: FrameOrigin) throws(SourceError) -> Int32 {
    var status = stat()
    // A file that blocks until it has a writer, or that acts on being opened, is not opened.
    guard path.withCString({ stat($0, &status) }) == 0 else {
      throw .unreadable(path.shown, reason: reason())
    }
    if let kind = kind(status) { throw .frame(origin, problem: "is \(kind); expected an image file") }
    // The file may have changed since: never wait for it.
    let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw .unreadable(path.shown, reason: reason()) }
    return descriptor
  }

  /// Returns the kind of a file that is not regular; `nil` for a regular one.
  private static func kind(_ status: stat) -> String? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: "a directory"
    case S_IFIFO: "a named pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }

  /// Opens a regular file. Never waits for a file of another kind.
  init(regular path: String) throws(SourceError) {
    self.path = path
    closes = true
    descriptor = FilePath(path).withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw .unreadable(path, reason: SourceFile.reason()) }
    guard size != nil else { throw .unreadable(path, reason: "not a regular file") }
  }

  /// Wraps standard input, which is never closed.
  init(standardInput: Void) {
    path = "stdin"
    descriptor = 0
    closes = false
  }

  /// Takes ownership of an open descriptor, such as the end of a pipe.
  init(owning descriptor: Int32, path: String) {
    self.path = path
    self.descriptor = descriptor
    closes = true
  }

  deinit {
    if closes { Self.closeDescriptor(descriptor) }
  }

  private static func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }

  /// Bytes in the file; `nil` when it is not a regular file.
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

  /// Reads once; returns -1 with `errno` on failure. Repeats the call after a signal.
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

  /// Returns the message of the last system error.
  static func reason() -> String { String(cString: strerror(errno)) }
}

/// The system's `read`, which the method of that name hides.
private func systemRead(_ descriptor: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(descriptor, target, count)
}
