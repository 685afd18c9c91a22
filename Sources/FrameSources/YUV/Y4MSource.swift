import FrameCore

/// A YUV4MPEG2 file or pipe (`ffmpeg -f yuv4mpegpipe`), converted by ``YUVConverter``.
///
/// A frame is returned only when the next frame's line follows it: lost bytes within a frame shift all that follow. A
/// live frame is returned as soon as its last byte has arrived, unless a line FRAME within it shows that bytes were
/// lost.
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
  /// The start of the first frame, bytes.
  private let start: Int
  private var position = 0
  private var isOver = false
  /// Frames known to be lost before the next one; each is reported by a separate call.
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
    // An upper bound: frame lines may have parameters, but in most streams have none.
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
    // Closed by ``close()``: that is not the end of the file.
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

  /// Reads one frame, after its line.
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

  /// Checks a frame that was read: it may be truncated, or no other frame may start at its end.
  /// - Returns: what is wrong; `nil` where it is whole. Frames after it may be lost.
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
      // The frame is at its expected position: the bytes after it are not.
      lost = behind % lines.span == 0 ? behind / lines.span : 1
      isOver = !next.isFound
      return nil
    }
    return damaged(next, "expected a line FRAME after it")
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
