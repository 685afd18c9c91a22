import FrameCore
import Glibc

/// Owns an open file.
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

  /// Opens one image file. What is no regular file is not waited for: a pipe that nobody writes to would hold up the
  /// feed.
  init(image path: FilePath, _ origin: FrameOrigin) throws(SourceError) {
    self.path = path.shown
    closes = true
    descriptor = try Self.opened(path, origin)
  }

  private static func opened(_ path: FilePath, _ origin: FrameOrigin) throws(SourceError) -> Int32 {
    var status = stat()
    // What may open only for a writer, or does something when it is opened, is not touched.
    guard path.withCString({ stat($0, &status) }) == 0 else {
      throw .unreadable(path.shown, reason: reason())
    }
    if let kind = kind(status) { throw .frame(origin, problem: "is \(kind); expected an image file") }
    // Nor waited for, should it have become something else since.
    let descriptor = path.withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw .unreadable(path.shown, reason: reason()) }
    return descriptor
  }

  /// What a file is that is no regular one.
  private static func kind(_ status: stat) -> String? {
    switch status.st_mode & S_IFMT {
    case S_IFREG: nil
    case S_IFDIR: "a directory"
    case S_IFIFO: "a named pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }

  /// Opens a regular file, and never waits for anything else of that name.
  init(regular path: String) throws(SourceError) {
    self.path = path
    closes = true
    descriptor = FilePath(path).withCString { open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    guard descriptor >= 0 else { throw .unreadable(path, reason: SourceFile.reason()) }
    guard size != nil else { throw .unreadable(path, reason: "no regular file") }
  }

  /// Standard input, which stays open.
  init(standardInput: Void) {
    path = "stdin"
    descriptor = 0
    closes = false
  }

  /// Takes over an open descriptor, such as the end of a pipe.
  init(owning descriptor: Int32, path: String) {
    self.path = path
    self.descriptor = descriptor
    closes = true
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
