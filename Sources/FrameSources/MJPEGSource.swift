import FrameCore

/// JPEG files one behind the other (`ffmpeg -f mjpeg`, many cameras), from a file or a pipe.
final class MJPEGSource: FrameSource, @unchecked Sendable {
  // Sound: everything but `close` is used by the reading thread alone.
  let name: String
  let nominalRate: Double? = nil
  let isLive: Bool
  let frameCount: Int? = nil
  private let stream: ByteStream
  private let limits: FrameLimits
  private var position = 0
  /// Bytes of the largest frame so far: the next one's buffer starts there.
  private var largest = 1 << 18

  init(name: String, _ stream: ByteStream, isLive: Bool, limits: FrameLimits) {
    self.name = name
    self.stream = stream
    self.isLive = isLive
    self.limits = limits
  }

  func rewind() throws(SourceError) {
    guard !isLive else { throw .option("\(name) is a pipe: it can be read only once") }
    try stream.seek(to: 0)
    position = 0
  }

  func close() { stream.close() }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    guard let skipped = try skipToImage() else { return .end }
    let origin = FrameOrigin(file: name, position: position)
    position += 1
    guard skipped == 0 else {
      return .rejected(.frame(origin, problem: "\(skipped) bytes before it are no JPEG file; skipped"))
    }
    guard var buffer = pool.take(largest) else { throw .stopped }
    var scanner = JPEGScanner()
    while !scanner.isComplete {
      let ahead = try stream.peek(min(1 << 16, 1 << 20))
      guard !ahead.isEmpty else {
        return .rejected(
          .frame(
            origin, problem: "the JPEG file is cut off after \(buffer.count) bytes (no end-of-image marker)"))
      }
      let taken = scanner.scan(ahead)
      guard buffer.count + taken <= limits.maximumPayload else {
        throw .malformed(name, problem: "a JPEG file above the limit of \(limits.maximumPayload) bytes")
      }
      if buffer.count + taken > buffer.capacity { buffer.reserve(2 * (buffer.count + taken)) }
      buffer.append(copying: RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: ahead[..<taken])))
      stream.skip(taken)
      if scanner.isBroken {
        return .rejected(.frame(origin, problem: "the JPEG file is damaged after \(buffer.count) bytes"))
      }
    }
    largest = max(largest, buffer.count)
    guard let header = ImageHeader(buffer.bytes) else {
      return .rejected(.frame(origin, problem: "the JPEG file has no frame header"))
    }
    guard header.channels != 4 else {
      return .rejected(.frame(origin, problem: "the JPEG file is CMYK; convert it to RGB"))
    }
    do throws(LayoutError) {
      let content = try header.content(limits: limits)
      return .frame(CapturedFrame(content: content, buffer: buffer, origin: origin))
    } catch {
      return .rejected(.frame(origin, problem: error.description))
    }
  }

  /// Skips to the next start of an image.
  /// - Returns: bytes that were none, beyond the zeros some cameras pad with; `nil` at the end.
  private func skipToImage() throws(SourceError) -> Int? {
    var skipped = 0
    while true {
      let ahead = try stream.peek(3)
      if ahead.count >= 3, ahead[0] == 0xFF, ahead[1] == 0xD8, ahead[2] == 0xFF { return skipped }
      guard !ahead.isEmpty else { return nil }
      if ahead[0] != 0 || skipped > 0 { skipped += 1 }
      stream.skip(1)
    }
  }
}
