import FrameCore

/// A YUV4MPEG2 file or pipe (`ffmpeg -f yuv4mpegpipe`), as ``YUVConverter`` makes frames of its planes.
///
/// A frame goes out once the next one's line stands behind it: bytes lost within shift all that follows. What
/// comes live goes out when its last byte is there, unless a line FRAME within it says that bytes were lost.
final class Y4MSource: FrameSource, @unchecked Sendable {
  // Sound: everything but `close` is used by the reading thread alone.
  let name: String
  let isLive: Bool
  let frameCount: Int?
  private let stream: ByteStream
  private let lines: Y4MFrameLines
  private let header: Y4MHeader
  private let converter: YUVConverter
  private let content: FrameContent
  /// Where the first frame begins.
  private let start: Int
  private var position = 0
  private var isOver = false
  /// Frames known to be lost before the next one, each told by a reading of its own.
  private var lost = 0

  private static let maximumHeader = 4096

  init(
    name: String, _ stream: ByteStream, isLive: Bool, matrix: ColorMatrix? = nil, limits: FrameLimits
  ) throws(SourceError) {
    self.name = name
    self.stream = stream
    self.isLive = isLive
    let line = try stream.line(limit: Self.maximumHeader) ?? ""
    let header = try Y4MHeader(line, path: name, matrix: matrix)
    do throws(LayoutError) {
      converter = try YUVConverter(
        header.format, width: header.width, height: header.height, limits: limits)
    } catch {
      throw .malformed(name, problem: error.description)
    }
    self.header = header
    content = FrameContent(.pixels, converter.layout)
    lines = Y4MFrameLines(stream, frameBytes: converter.sourceBytes, header: line)
    let start = stream.offset
    self.start = start
    // Frame lines may carry parameters, so this is what most streams have.
    let span = lines.span
    frameCount = stream.size.map { max(0, $0 - start) / span }
  }

  var nominalRate: Double? { header.rate }
  var notes: [String] { header.notes }

  func rewind() throws(SourceError) {
    guard !isLive else { throw .option("\(name) is a pipe: it can be read only once") }
    try stream.seek(to: start)
    position = 0
    lost = 0
    isOver = false
  }

  func close() { stream.close() }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    // Stopped by us: that is no end of the file.
    if stream.isClosed { return .end }
    if lost > 0 {
      lost -= 1
      return rejected("is lost: expected a line FRAME; the stream is damaged there")
    }
    guard !isOver else { return .end }
    switch try lines.take() {
    case .end: return .end
    case .frame: return try frame(pool)
    case .other: return damaged(try lines.findNext(), "expected a line FRAME")
    }
  }

  /// One frame whose line was taken.
  private func frame(_ pool: FramePool) throws(SourceError) -> SourceReading {
    guard var buffer = pool.take(content.layout.byteCount) else { throw .stopped }
    var damage: SourceReading?
    var captured: Int64 = 0
    try buffer.fill { (memory) throws(SourceError) -> Int in
      let planes = UnsafeMutableRawBufferPointer(
        rebasing: (converter.isInPlace ? memory : converter.planes)[..<converter.sourceBytes])
      let count = try stream.read(into: planes)
      if isLive { captured = FrameClock.now() }
      damage = try damaged(UnsafeRawBufferPointer(rebasing: planes[..<count]))
      guard damage == nil else { return 0 }
      if converter.isInPlace {
        converter.convert(inPlace: memory)
      } else {
        converter.convert(UnsafeRawBufferPointer(planes), into: memory)
      }
      return content.layout.byteCount
    }
    if let damage { return damage }
    var frame = CapturedFrame(
      content: content, buffer: buffer, origin: FrameOrigin(file: name, position: position))
    frame.captured = captured
    position += 1
    return .frame(frame)
  }

  /// What is wrong with a frame that was read: it is cut off, or no other frame begins where it ends.
  /// - Returns: `nil` where it is whole; frames that follow it may be lost.
  private func damaged(_ planes: UnsafeRawBufferPointer) throws(SourceError) -> SourceReading? {
    guard planes.count == converter.sourceBytes else {
      stream.unread(planes)
      let cut = "the stream is cut off: the frame has \(planes.count) of \(converter.sourceBytes) bytes"
      return damaged(try lines.findNext(), cut)
    }
    guard !isLive || stream.isReady || Y4MFrameLines.isWithin(planes) else { return nil }
    guard try !lines.isNext() else { return nil }
    stream.unread(planes)
    let next = try lines.findNext()
    let behind = next.bytes - planes.count
    guard next.isFound, behind < 0 || behind % lines.span != 0 else {
      // It is where it should be: what is behind it is not.
      lost = behind % lines.span == 0 ? behind / lines.span : 1
      isOver = !next.isFound
      return nil
    }
    return damaged(next, "expected a line FRAME behind it")
  }

  private func damaged(_ next: (bytes: Int, isFound: Bool), _ problem: String) -> SourceReading {
    if stream.isClosed { return .end }
    guard next.isFound else {
      isOver = true
      return rejected(problem + "; no whole frame follows")
    }
    lost = max(1, (next.bytes + lines.span / 2) / lines.span) - 1
    return rejected(problem + "; the next whole frame begins \(next.bytes) bytes later")
  }

  private func rejected(_ problem: String) -> SourceReading {
    let origin = FrameOrigin(file: name, position: position)
    position += 1
    return .rejected(.frame(origin, problem: problem))
  }
}
