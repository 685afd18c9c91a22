import FrameCore

/// A YUV4MPEG2 file or pipe (`ffmpeg -f yuv4mpegpipe`): 4:2:0 as `i420`, 4:4:4 as `rgb8`, mono as `mono8`.
final class Y4MSource: FrameSource, @unchecked Sendable {
  // Sound: everything but `close` is used by the reading thread alone.
  let name: String
  let isLive: Bool
  let frameCount: Int?
  private let stream: ByteStream
  private let header: Y4MHeader
  private let content: FrameContent
  /// Where the first frame begins.
  private let start: Int
  private var position = 0
  private var isOver = false
  /// Planes of 4:4:4 before they become pixels.
  private var planes: [UInt8] = []

  private static let maximumLine = 4096

  init(name: String, _ stream: ByteStream, isLive: Bool, limits: FrameLimits) throws(SourceError) {
    self.name = name
    self.stream = stream
    self.isLive = isLive
    header = try Y4MHeader(try stream.line(limit: Self.maximumLine) ?? "", path: name)
    start = stream.offset
    let format: PixelFormat =
      switch header.chroma {
      case .quarter: .i420
      case .full: .rgb8
      case .none: .mono8
      }
    do throws(LayoutError) {
      content = FrameContent(
        .pixels, try PixelLayout(width: header.width, height: header.height, format: format, limits: limits))
    } catch {
      throw .malformed(name, problem: error.description)
    }
    if header.chroma == .full { planes = Array(repeating: 0, count: header.frameBytes) }
    // Frame lines may carry parameters, so this is what most streams have.
    let (header, start) = (header, start)
    frameCount = stream.size.map { ($0 - start) / (header.frameBytes + 6) }
  }

  var nominalRate: Double? { header.rate }

  func rewind() throws(SourceError) {
    guard !isLive else { throw .option("\(name) is a pipe: it can be read only once") }
    try stream.seek(to: start)
    position = 0
    isOver = false
  }

  func close() { stream.close() }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    guard !isOver else { return .end }
    guard let line = try stream.line(limit: Self.maximumLine) else { return .end }
    if stream.isClosed { return .end }
    let origin = FrameOrigin(file: name, position: position)
    guard line == "FRAME" || line.hasPrefix("FRAME ") else {
      // Nothing says where the next frame begins.
      isOver = true
      return .rejected(.frame(origin, problem: "expected a line FRAME; the stream is damaged from here on"))
    }
    let bytes = header.frameBytes
    guard var buffer = pool.take(max(bytes, content.layout.byteCount)) else { throw .stopped }
    var got = 0
    /// When the last byte was here.
    var read: Int64 = 0
    if header.chroma == .full {
      let result = planes.withUnsafeMutableBytes { memory in
        do throws(SourceError) {
          return Result<Int, SourceError>.success(try stream.read(into: memory))
        } catch {
          return .failure(error)
        }
      }
      got = try result.get()
      read = FrameClock.now()
      let layout = content.layout
      buffer.fill { memory in
        YUVPlanes.toRGB(planes, layout.width * layout.height, isFullRange: header.isFullRange, into: memory)
      }
    } else {
      try buffer.fill { (memory) throws(SourceError) -> Int in
        got = try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<bytes]))
        read = FrameClock.now()
        // `i420` is limited range by the record format; grey is as it is.
        if header.isFullRange, header.chroma == .quarter {
          YUVPlanes.toLimitedRange(memory, luma: header.width * header.height, count: got)
        }
        return got
      }
    }
    // Stopped by us: that is no end of the file.
    if got < bytes, stream.isClosed { return .end }
    guard got == bytes else {
      isOver = true
      return .rejected(
        .frame(origin, problem: "the stream is cut off: the frame has \(got) of \(bytes) bytes"))
    }
    position += 1
    var frame = CapturedFrame(content: content, buffer: buffer, origin: origin)
    if isLive { frame.captured = read }
    return .frame(frame)
  }
}
