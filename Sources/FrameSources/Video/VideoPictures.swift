import FrameCore

/// Reads the frames of a video from ffmpeg's stream and converts them for records.
final class VideoPictures {
  private enum Form {
    case jpeg
    case rgb(PixelLayout)
    case planes(YUVConverter)
  }

  private let form: Form
  private let limits: FrameLimits

  /// - Throws: ``LayoutError`` when frames exceed the limits.
  init(_ format: VideoFormat, width: Int, height: Int, _ limits: FrameLimits) throws(LayoutError) {
    self.limits = limits
    switch format {
    case .jpeg: form = .jpeg
    case .rgb:
      form = .rgb(try PixelLayout(width: width, height: height, format: .rgb8, limits: limits))
    case .planes(let planes):
      form = .planes(try YUVConverter(planes, width: width, height: height, limits: limits))
    }
  }

  /// Reads the next frame of the stream.
  /// - Returns: `nil` when the stream ends inside the frame.
  func read(
    _ frame: NUTReader.Frame, _ stream: ByteStream, _ origin: FrameOrigin, _ pool: FramePool
  ) throws(SourceError) -> SourceReading? {
    switch form {
    case .jpeg: return try jpeg(frame, stream, origin, pool)
    case .rgb(let layout):
      guard frame.size == layout.byteCount, frame.prefix.isEmpty else {
        return try other(frame, stream, origin)
      }
      guard var buffer = pool.take(frame.size) else { throw .stopped }
      try buffer.fill { (memory) throws(SourceError) -> Int in
        try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<frame.size]))
      }
      guard buffer.count == frame.size else { return nil }
      return .frame(CapturedFrame(content: FrameContent(.pixels, layout), buffer: buffer, origin: origin))
    case .planes(let converter):
      guard frame.size == converter.sourceBytes, frame.prefix.isEmpty else {
        return try other(frame, stream, origin)
      }
      let layout = converter.layout
      guard var buffer = pool.take(layout.byteCount) else { throw .stopped }
      try buffer.fill { (memory) throws(SourceError) -> Int in
        try converter.read(stream, into: memory) ? layout.byteCount : 0
      }
      guard buffer.count == layout.byteCount else { return nil }
      return .frame(CapturedFrame(content: FrameContent(.pixels, layout), buffer: buffer, origin: origin))
    }
  }

  private func jpeg(
    _ frame: NUTReader.Frame, _ stream: ByteStream, _ origin: FrameOrigin, _ pool: FramePool
  ) throws(SourceError) -> SourceReading? {
    let size = frame.prefix.count + frame.size
    guard size <= limits.maximumPayload else {
      return try skip(
        frame, stream, "its JPEG file of \(size) bytes is above the limit of \(limits.maximumPayload)", origin
      )
    }
    guard var buffer = pool.take(max(size, 1)) else { throw .stopped }
    try buffer.fill { (memory) throws(SourceError) -> Int in
      memory.copyBytes(from: frame.prefix)
      return frame.prefix.count
        + (try stream.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[frame.prefix.count..<size])))
    }
    guard buffer.count == size else { return nil }
    guard let header = ImageHeader(buffer.bytes), header.kind == .jpeg else {
      return .rejected(
        .frame(origin, problem: "is not a JPEG file, though the video is declared as Motion JPEG"))
    }
    do throws(LayoutError) {
      return .frame(
        CapturedFrame(content: try header.content(limits: limits), buffer: buffer, origin: origin))
    } catch {
      return .rejected(.frame(origin, problem: error.description))
    }
  }

  /// Skips a frame of another size: the size of the video changes.
  private func other(
    _ frame: NUTReader.Frame, _ stream: ByteStream, _ origin: FrameOrigin
  ) throws(SourceError) -> SourceReading? {
    try skip(
      frame, stream,
      "differs in size from the frames before, \(frame.size) bytes; a feed of a video has one size",
      origin)
  }

  /// Skips the next frame.
  /// - Returns: `nil` when the stream ends inside the frame.
  func skip(
    _ frame: NUTReader.Frame, _ stream: ByteStream, _ problem: String, _ origin: FrameOrigin
  ) throws(SourceError) -> SourceReading? {
    var left = frame.size
    while left > 0 {
      let some = min(try stream.peek(1).count, left)
      guard some > 0 else { return nil }
      stream.skip(some)
      left -= some
    }
    return .rejected(.frame(origin, problem: problem))
  }
}
