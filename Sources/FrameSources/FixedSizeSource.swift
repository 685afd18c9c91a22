import FrameCore

/// Frames of one size, one behind the other: a raw dump, or the data of a NumPy array.
final class FixedSizeSource: FrameSource, @unchecked Sendable {
  // Sound: everything but `close` is used by the reading thread alone.
  let name: String
  let nominalRate: Double? = nil
  let isLive = false
  let frameCount: Int?
  private let stream: ByteStream
  private let content: FrameContent
  private let start: Int
  private var position = 0

  /// - Parameters:
  ///   - start: where the first frame begins, bytes.
  ///   - count: frames there should be; `nil` for as many as the file holds.
  init(
    name: String, _ stream: ByteStream, layout: PixelLayout, start: Int, count: Int?
  ) throws(SourceError) {
    self.name = name
    self.stream = stream
    content = FrameContent(.pixels, layout)
    self.start = start
    frameCount = count ?? stream.size.map { ($0 - start + layout.byteCount - 1) / layout.byteCount }
    try stream.seek(to: start)
  }

  func rewind() throws(SourceError) {
    try stream.seek(to: start)
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
    guard buffer.count > 0 else { return .end }
    let origin = FrameOrigin(file: name, position: position)
    position += 1
    guard buffer.count == bytes else {
      position = .max
      return .rejected(
        .frame(origin, problem: "the file is cut off: the frame has \(buffer.count) of \(bytes) bytes"))
    }
    return .frame(CapturedFrame(content: content, buffer: buffer, origin: origin))
  }
}
