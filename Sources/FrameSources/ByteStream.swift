import Glibc

/// Buffered reading of a file or pipe, with lookahead. A waiting read ends when the stream is closed.
///
/// One thread reads; any thread may call ``close()``.
final class ByteStream: @unchecked Sendable {
  // Sound: everything but the wake pipe is used by the reading thread alone.
  private let file: SourceFile
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var hasEnded = false
  /// Whether ``close()`` ended the stream, not its last byte.
  private(set) var isClosed = false
  private let wake: (read: Int32, write: Int32)
  /// Offset of the next byte, from the start of the stream.
  private(set) var offset = 0

  /// Large enough that a frame needs few reads.
  private static let capacity = 1 << 20

  /// - Parameter capacity: bytes to read ahead; also the initial limit of lookahead.
  init(_ file: consuming SourceFile, capacity: Int = ByteStream.capacity) throws(SourceError) {
    var ends: [Int32] = [0, 0]
    let path = file.path
    guard pipe(&ends) == 0 else { throw .unreadable(path, reason: SourceFile.reason()) }
    wake = (ends[0], ends[1])
    self.file = file
    buffer = .allocate(byteCount: capacity, alignment: 64)
  }

  deinit {
    closeDescriptor(wake.read)
    closeDescriptor(wake.write)
    buffer.deallocate()
  }

  var path: String { file.path }
  var size: Int? { file.size }

  /// Wakes a waiting reader; from now on the stream reports its end.
  func close() {
    var byte: UInt8 = 0
    _ = write(wake.write, &byte, 1)
  }

  /// Continues at an offset. Not for pipes.
  func seek(to offset: Int) throws(SourceError) {
    try file.seek(to: offset)
    (start, end, hasEnded) = (0, 0, false)
    self.offset = offset
  }

  /// Returns the buffered bytes, at least `count` unless the stream ends before. Waits for no more than `count`, so
  /// that data of a pipe is available as soon as it arrives. Valid until the next call.
  func peek(_ count: Int) throws(SourceError) -> UnsafeRawBufferPointer {
    if start + count > buffer.count { makeRoom(count) }
    while end - start < count, try refill() {}
    return UnsafeRawBufferPointer(rebasing: buffer[start..<end])
  }

  /// Skips bytes that `peek` returned.
  func skip(_ count: Int) {
    precondition(count <= end - start)
    start += count
    offset += count
  }

  /// Inserts bytes that were already read before the next one.
  func unread(_ bytes: UnsafeRawBufferPointer) {
    if start < bytes.count {
      let rest = end - start
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(buffer.count, 2 * (bytes.count + rest)), alignment: 64)
      larger[bytes.count...].copyBytes(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      buffer.deallocate()
      (buffer, start, end) = (larger, bytes.count, bytes.count + rest)
    }
    start -= bytes.count
    offset -= bytes.count
    UnsafeMutableRawBufferPointer(rebasing: buffer[start...].prefix(bytes.count)).copyMemory(from: bytes)
  }

  /// Whether the next byte, or the end, is available without waiting.
  var isReady: Bool {
    guard start == end, !hasEnded else { return true }
    var one = pollfd(fd: file.descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&one, 1, 0) != 0
  }

  /// Reads until `target` is full or the stream ends.
  /// - Returns: bytes read.
  func read(into target: UnsafeMutableRawBufferPointer) throws(SourceError) -> Int {
    var count = 0
    while count < target.count {
      if start == end {
        // Directly into the frame: only the ends of frames pass through the buffer.
        if target.count - count >= buffer.count {
          let got = try wait(into: UnsafeMutableRawBufferPointer(rebasing: target[count...]))
          if got == 0 { break }
          count += got
          offset += got
          continue
        }
        guard try refill() else { break }
      }
      let part = min(end - start, target.count - count)
      UnsafeMutableRawBufferPointer(rebasing: target[count..<count + part])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<start + part]))
      skip(part)
      count += part
    }
    return count
  }

  /// Returns the bytes up to the next line feed, and consumes the line feed.
  /// - Returns: `nil` at the end of the stream.
  /// - Throws: ``SourceError`` when the line is longer than `limit`.
  func line(limit: Int) throws(SourceError) -> String? {
    var bytes: [UInt8] = []
    while bytes.count <= limit {
      guard let byte = try peek(1).first else {
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
      }
      skip(1)
      if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
      bytes.append(byte)
    }
    throw .malformed(path, problem: "a header line is longer than \(limit) bytes")
  }

  /// Makes room for `count` bytes from `start` on. Allocates twice as much, so that each byte is moved once on average.
  private func makeRoom(_ count: Int) {
    let rest = end - start
    let held = UnsafeRawBufferPointer(rebasing: buffer[start..<end])
    if 2 * count <= buffer.count {
      buffer.copyMemory(from: held)
    } else {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * count, alignment: 64)
      larger.copyMemory(from: held)
      buffer.deallocate()
      buffer = larger
    }
    (start, end) = (0, rest)
  }

  private func refill() throws(SourceError) -> Bool {
    if start == end { (start, end) = (0, 0) }
    guard end < buffer.count else { return false }
    let got = try wait(into: UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
    end += got
    return got > 0
  }

  /// Waits for bytes, the end, or ``close()``, whichever comes first.
  private func wait(into target: UnsafeMutableRawBufferPointer) throws(SourceError) -> Int {
    guard !hasEnded else { return 0 }
    var both = [
      pollfd(fd: file.descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wake.read, events: Int16(POLLIN), revents: 0),
    ]
    while true {
      guard poll(&both, 2, -1) >= 0 else {
        if errno == EINTR { continue }
        throw .unreadable(path, reason: SourceFile.reason())
      }
      guard both[1].revents == 0 else {
        (hasEnded, isClosed) = (true, true)
        return 0
      }
      let got = file.readSome(into: target)
      if got < 0, errno == EAGAIN { continue }
      guard got >= 0 else { throw .unreadable(path, reason: SourceFile.reason()) }
      if got == 0 { hasEnded = true }
      return got
    }
  }
}

/// The system's `close`, which the method of that name hides.
private func closeDescriptor(_ descriptor: Int32) { _ = close(descriptor) }
