import FrameCore

/// Contiguous frames of one size: a raw dump.
final class FixedSizeSource: FrameSource, @unchecked Sendable {
  // Sound: everything but `close` is used by the reading thread alone.
  let name: String
  let nominalRate: Double? = nil
  let isLive = false
  let frameCount: Int?
  private let stream: ByteStream
  private let content: FrameContent
  private var position = 0

  /// - Parameters:
  ///   - layout: the layout of each frame.
  init(name: String, _ stream: ByteStream, layout: PixelLayout) {
    self.name = name
    self.stream = stream
    content = FrameContent(.pixels, layout)
    frameCount = stream.size.map { ($0 + layout.byteCount - 1) / layout.byteCount }
  }

  func rewind() throws(SourceError) {
    try stream.seek(to: 0)
    position = 0
  }

  func close() { stream.close() }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    if let frameCount, position >= frameCount { return .end }
    let bytes = content.layout.byteCount
    guard var buffer = pool.take(bytes) else { throw .stopped }
    try buffer.fill { (memory) throws(SourceError) -> Int in
      try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes]))
    }
    let origin = FrameOrigin(file: name, position: position)
    // Closed by ``close()``: that is not the end of the file.
    if stream.isClosed { return .end }
    guard buffer.count > 0 else {
      // The file was longer when it was opened.
      guard let frameCount else { return .end }
      let read = position
      position = .max
      return .rejected(
        .frame(
          origin,
          problem: "the file was cut off while it was read: \(read) of \(frameCount) frames were read"))
    }
    position += 1
    guard buffer.count == bytes else {
      position = .max
      return .rejected(
        .frame(origin, problem: "the file is cut off: the frame has \(buffer.count) of \(bytes) bytes"))
    }
    return .frame(CapturedFrame(content: content, buffer: buffer, origin: origin))
  }
}
