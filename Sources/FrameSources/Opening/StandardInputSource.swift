import FrameCore

/// Frames from standard input: y4m, or JPEG files with or without part headers, distinguished by the first bytes.
///
/// The first bytes are read when the source begins, so that opening it does not wait.
final class StandardInputSource: FrameSource {
  let name = "stdin"
  let isLive = true
  let frameCount: Int? = nil
  private let stream: ByteStream
  private let matrix: ColorMatrix?
  private let limits: FrameLimits
  /// The source for the format that was found.
  private let source = Lock<(any FrameSource)?>(nil)

  init(_ stream: ByteStream, matrix: ColorMatrix?, limits: FrameLimits) {
    self.stream = stream
    self.matrix = matrix
    self.limits = limits
  }

  var nominalRate: Double? { source.withLock { $0 }?.nominalRate }
  var notes: [String] { source.withLock { $0 }?.notes ?? [] }

  func begin() throws(SourceError) { _ = try opened() }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    guard let source = try opened() else { return .end }
    return try source.next(into: pool)
  }

  func rewind() throws(SourceError) { throw .option("\(name) is a pipe: it can be read only once") }

  func close() { stream.close() }

  /// - Returns: `nil` when it was closed before the format was known.
  private func opened() throws(SourceError) -> (any FrameSource)? {
    if let source = source.withLock({ $0 }) { return source }
    let opened: any FrameSource
    let first = try stream.peek(1).first
    if first == Y4MHeader.magic.utf8.first,
      try stream.peek(Y4MHeader.magic.utf8.count).starts(with: Y4MHeader.magic.utf8)
    {
      opened = try Y4MSource(name: name, stream, isLive: true, matrix: matrix, limits: limits)
    } else {
      let pictures = MJPEGSource(name: name, stream, isLive: true, limits: limits)
      guard try pictures.findsPicture(within: 1 << 16) else {
        if stream.isClosed { return nil }
        throw .malformed(
          name,
          problem: first == nil
            ? "the pipe ended without data; expected a y4m or mjpeg stream"
            : "neither y4m nor mjpeg; pipe one: ffmpeg -i INPUT -f yuv4mpegpipe - | framefeed stream -")
      }
      opened = pictures
    }
    source.withLock { $0 = opened }
    return opened
  }
}
