import FrameCore

/// Consecutive JPEG files (`ffmpeg -f mjpeg`, many cameras), or JPEG files with part headers between them (`ffmpeg -f
/// mpjpeg`, `curl` of an IP camera), from a file or a pipe.
///
/// A frame is returned as soon as its last byte has arrived: that of its end-of-image marker, or of its part. The
/// decoder checks whether its data is good; without an end marker it extends to the start of the next file.
final class MJPEGSource: FrameSource, @unchecked Sendable {
  // Sound: everything but `close` is used by one thread at a time: first by the one that calls `begin`, then by the
  // reader.
  let name: String
  let nominalRate: Double? = nil
  let isLive: Bool
  let frameCount: Int? = nil
  private let stream: ByteStream
  private let limits: FrameLimits
  private var position = 0
  /// Bytes of the largest frame so far: the initial size of the next one's buffer.
  private var largest = 1 << 18
  private var gaps = PictureGaps()
  /// The gap between the last frame and the next one, once it has been read.
  private var gap: PictureGaps.Gap?
  /// Whether the last part without an end-of-image marker had the stated length, so that the next length is trusted.
  private var lengthEndsFrames = false
  /// Whether the last frame is the first picture of an MPO file in a part of a multipart stream.
  private var holdsMore = false
  private var clock = CameraClock()
  private var times: RecordedTimes?

  init(name: String, _ stream: ByteStream, isLive: Bool, limits: FrameLimits) {
    self.name = name
    self.stream = stream
    self.isLive = isLive
    self.limits = limits
  }

  var hasPresentationTimes: Bool { times != nil }

  var notes: [String] {
    switch clock.kind {
    case .wall: ["capture times are those of the camera (X-Timestamp)"]
    case .own:
      [
        "the camera's X-Timestamp is not a time of day: its first picture counts as captured when it was read, "
          + "the others at the camera's intervals after it"
      ]
    case nil: []
    }
  }

  func begin() throws(SourceError) { _ = try findsPicture(within: .max) }

  /// Reads up to the first picture.
  /// - Returns: false when more than `limit` other bytes, or the end, came before it.
  func findsPicture(within limit: Int) throws(SourceError) -> Bool {
    if gap == nil, position == 0 {
      let first = try gaps.skip(stream, pictures: 0, limit: limit)
      gap = first
      if let time = gaps.header.part.time, first.end == .picture {
        if isLive {
          clock.decide(time, now: FrameClock.now())
        } else if times == nil {
          times = RecordedTimes()
        }
      }
    }
    return gap?.end == .picture
  }

  func rewind() throws(SourceError) {
    guard !isLive else { throw .option("\(name) is a pipe: it can be read only once") }
    try stream.seek(to: 0)
    position = 0
    gap = nil
    gaps = PictureGaps()
    holdsMore = false
    times?.rewind()
  }

  func close() { stream.close() }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    try begin()
    while true {
      let gap: PictureGaps.Gap
      if let read = self.gap {
        gap = read
      } else {
        gap = try gaps.skip(stream, pictures: position, limit: .max)
      }
      self.gap = gap
      if gap.otherBytes > 0, !stream.isClosed {
        self.gap?.otherBytes = 0
        // The skipped bytes may have been a header.
        holdsMore = false
        let place = gap.end == .picture ? "before it" : "after the last frame"
        return .rejected(
          .frame(
            FrameOrigin(file: name, position: position),
            problem: "\(gap.otherBytes) bytes \(place) are not a JPEG file; skipped"))
      }
      guard gap.end == .picture else { return .end }
      self.gap = nil
      guard holdsMore, gap.isWithinPart else { return try frame(into: pool) }
      guard try passPicture(pool) else { return .end }
    }
  }

  /// Reads the picture that starts here.
  private func frame(into pool: FramePool) throws(SourceError) -> SourceReading {
    let origin = FrameOrigin(file: name, position: position)
    position += 1
    let part = gaps.header.takePart()
    guard var buffer = pool.take(largest) else { throw .stopped }
    let file = try read(part, &buffer)
    // Closed by ``close()``: that is not the end of the file.
    if case .stream = file.end, stream.isClosed { return .end }
    let (now, monotonic) = isLive ? (FrameClock.now(), FrameClock.monotonic()) : (0, 0)
    let captured = isLive ? clock.captured(part.time, now: now, monotonic: monotonic) : 0
    let presentation = times?.presentation(part.time)
    gaps.begin(partLength: part.length, count: file.count)
    guard file.count == buffer.count else {
      return .rejected(
        .frame(
          origin,
          problem: "a JPEG file of \(file.count) bytes, above the limit of \(limits.maximumPayload) bytes"))
    }
    if file.end == .nextFile || file.end == .stream { gaps.takeHeaders(endOf: &buffer) }
    largest = max(largest, buffer.count)
    holdsMore =
      file.end == .marker && gaps.header.isMultipart && MultiPictureFile.isFirst(buffer.bytes)
    guard file.hasScan || file.end == .marker else {
      return .rejected(
        .frame(
          origin, problem: "the JPEG file is cut off after \(buffer.count) bytes (no end-of-image marker)"))
    }
    guard let header = ImageHeader(buffer.bytes) else {
      return .rejected(.frame(origin, problem: "the JPEG file has no frame header"))
    }
    do throws(LayoutError) {
      let content = try header.content(limits: limits)
      var frame = CapturedFrame(content: content, buffer: buffer, origin: origin)
      frame.captured = captured
      frame.presentation = presentation
      return .frame(frame)
    } catch {
      return .rejected(.frame(origin, problem: error.description))
    }
  }

  /// Skips a further picture of an MPO file.
  /// - Returns: false when the source was closed.
  private func passPicture(_ pool: FramePool) throws(SourceError) -> Bool {
    guard var buffer = pool.take(largest) else { throw .stopped }
    let file = try read(MultipartHeader.Part(), &buffer)
    gaps.begin(partLength: nil, count: file.count)
    if file.end == .nextFile || file.end == .stream {
      gaps.takeHeaders(endOf: &buffer)
      holdsMore = false
    }
    return !stream.isClosed
  }

  /// The result of reading a file.
  private struct File {
    enum End {
      /// After its end-of-image marker.
      case marker
      /// Without a marker: at the end of its part, at the start of the next file, or at the end of the stream.
      case part
      case nextFile
      case stream
    }

    var end = End.stream
    /// Bytes read; the buffer holds them all unless they exceed the limit.
    var count = 0
    var hasScan = false
  }

  /// Reads one file into `buffer`.
  private func read(_ part: MultipartHeader.Part, _ buffer: inout FrameBuffer) throws(SourceError) -> File {
    var scanner = JPEGScanner()
    var file = File()
    var partLength = part.length
    while true {
      let left = partLength.map { $0 - file.count } ?? .max
      // Never waits for bytes after the end of the part.
      let wanted = min(scanner.needs, left)
      var ahead = try stream.peek(wanted)
      let isLast = ahead.count < wanted
      let isPart = !isLast && ahead.count >= left
      if isPart { ahead = UnsafeRawBufferPointer(rebasing: ahead[..<left]) }
      let taken = scanner.scan(ahead, isLast: isLast)
      take(UnsafeRawBufferPointer(rebasing: ahead[..<taken]), &file, &buffer)
      file.hasScan = scanner.hasScan
      if let end = scanner.end {
        file.end = end == .complete ? .marker : .nextFile
        return file
      }
      if isLast { return file }
      guard isPart else { continue }
      // The whole part has no end-of-image marker: the camera omits it, or the length is wrong.
      if try partEnds(after: left - taken) {
        take(
          UnsafeRawBufferPointer(rebasing: try stream.peek(left - taken)[..<(left - taken)]), &file, &buffer)
        file.end = .part
        return file
      }
      partLength = nil
    }
  }

  private func take(_ bytes: UnsafeRawBufferPointer, _ file: inout File, _ buffer: inout FrameBuffer) {
    // Bytes above the limit are scanned, but not kept.
    if buffer.count == file.count, file.count + bytes.count <= limits.maximumPayload {
      let count = buffer.count + bytes.count
      if count > buffer.capacity { buffer.reserve(2 * count) }
      buffer.append(copying: RawSpan(_unsafeBytes: bytes))
    }
    file.count += bytes.count
    stream.skip(bytes.count)
  }

  /// Whether a boundary follows after `count` bytes. Does not wait for it with a camera that always omits the marker.
  private func partEnds(after count: Int) throws(SourceError) -> Bool {
    if lengthEndsFrames { return true }
    let ahead = try stream.peek(count + 4).dropFirst(count)
    lengthEndsFrames =
      ahead.isEmpty || ahead.starts(with: "\r\n--".utf8) || ahead.starts(with: "\n--".utf8)
      || ahead.starts(with: "--".utf8)
    return lengthEndsFrames
  }
}
