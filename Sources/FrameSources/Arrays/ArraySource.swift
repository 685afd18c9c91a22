import FrameCore

/// NumPy arrays of pictures in one file: one array, or several appended ones of any sizes.
final class ArraySource: FrameSource, @unchecked Sendable {
  // Sound: everything but `close` is used by the reading thread alone.
  let name: String
  let nominalRate: Double? = nil
  let isLive = false
  let frameCount: Int?
  let notes: [String]
  private let stream: ByteStream
  private let options: SourceOptions

  /// The current array.
  private var frames: ArrayFrames
  /// Index of its next frame.
  private var at = 0
  /// Index of the file's next frame.
  private var position = 0
  private var isOver = false
  /// The bytes of a frame or an array that must be reordered.
  private var data = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// Whether `data` holds the whole array.
  private var isLoaded = false

  init(name: String, _ stream: ByteStream, _ options: SourceOptions) throws(SourceError) {
    self.name = name
    self.stream = stream
    self.options = options
    let header = try NPYHeader(try stream.peek(NPYHeader.maximumLength), path: name)
    let frames = try Self.frames(header, name, options)
    self.frames = frames
    notes = frames.note.map { [$0] } ?? []
    // Further arrays are found only by reading.
    let length = header.length
    let isAlone = stream.size.map { $0 - length <= frames.total } ?? false
    frameCount = isAlone ? frames.count : nil
    stream.skip(length)
  }

  deinit { data.deallocate() }

  func rewind() throws(SourceError) {
    try stream.seek(to: 0)
    let header = try NPYHeader(try stream.peek(NPYHeader.maximumLength), path: name)
    try begin(header)
    position = 0
    isOver = false
  }

  func close() { stream.close() }

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    guard !isOver else { return .end }
    if at == frames.count {
      let ahead = try stream.peek(NPYHeader.maximumLength)
      guard !ahead.isEmpty else { return .end }
      do throws(SourceError) {
        try begin(try NPYHeader(ahead, path: name))
      } catch {
        // The start of the next array is unknown.
        isOver = true
        return rejected("expected another array after the last one: \(error)")
      }
    }
    guard var buffer = pool.take(frames.layout.byteCount) else { throw .stopped }
    var missing: Int?
    try buffer.fill { (memory) throws(SourceError) -> Int in
      let target = UnsafeMutableRawBufferPointer(rebasing: memory[..<frames.layout.byteCount])
      missing = try read(target)
      return missing == nil ? target.count : 0
    }
    if let missing { return cutOff(missing) }
    let origin = FrameOrigin(file: name, position: position)
    at += 1
    position += 1
    return .frame(
      CapturedFrame(content: FrameContent(.pixels, frames.layout), buffer: buffer, origin: origin))
  }

  /// Reads a frame.
  /// - Returns: `nil` for a whole frame, else the number of bytes read.
  private func read(_ target: UnsafeMutableRawBufferPointer) throws(SourceError) -> Int? {
    if frames.isInOrder, frames.isPiecewise {
      let count = try stream.read(into: target)
      return count == target.count ? nil : count
    }
    guard !frames.isPiecewise else {
      let count = try stream.read(into: take(target.count))
      guard count == target.count else { return count }
      frames.gather(UnsafeRawBufferPointer(data), frame: 0, into: target)
      return nil
    }
    // The bytes of all frames are interleaved.
    if !isLoaded {
      let count = try stream.read(into: take(frames.total))
      guard count == frames.total else { return count }
      isLoaded = true
    }
    frames.gather(UnsafeRawBufferPointer(data), frame: at, into: target)
    return nil
  }

  private func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
    if data.count < count {
      data.deallocate()
      data = UnsafeMutableRawBufferPointer(start: LargeMemory.allocate(count), count: count)
    }
    return UnsafeMutableRawBufferPointer(rebasing: data[..<count])
  }

  private func cutOff(_ bytes: Int) -> SourceReading {
    isOver = true
    // Closed by ``close()``: that is not the end of the file.
    if stream.isClosed { return .end }
    guard frames.isPiecewise else {
      return rejected("the file is cut off: it has \(bytes) of \(frames.total) bytes, in Fortran order")
    }
    guard bytes > 0 else {
      return rejected("the file is cut off: it has \(at) of the \(frames.count) frames that its header names")
    }
    return rejected("the file is cut off: the frame has \(bytes) of \(frames.layout.byteCount) bytes")
  }

  private func rejected(_ problem: String) -> SourceReading {
    .rejected(.frame(FrameOrigin(file: name, position: position), problem: problem))
  }

  /// Starts the array whose header is next.
  private func begin(_ header: NPYHeader) throws(SourceError) {
    frames = try Self.frames(header, name, options)
    stream.skip(header.length)
    at = 0
    isLoaded = false
  }

  private static func frames(_ header: NPYHeader, _ path: String, _ options: SourceOptions)
    throws(SourceError) -> ArrayFrames
  {
    let frames = try ArrayFrames(header, path: path, options: options)
    guard frames.isPiecewise || frames.total <= options.limits.maximumPayload else {
      throw .malformed(
        path,
        problem: "is in Fortran order with \(frames.total) bytes, above the limit of "
          + "\(options.limits.maximumPayload) for what must be in memory; convert it: numpy.save(\"out.npy\", "
          + "numpy.ascontiguousarray(numpy.load(\"\(path)\", mmap_mode=\"r\")))")
    }
    return frames
  }
}
