import FrameCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#else
  #error("no C library known for this platform")
#endif

/// A directory or list of image files, each one frame: JPEG and PNG as they are, PPM and PGM as pixels.
final class ImageFilesSource: FrameSource, @unchecked Sendable {
  // Sound: `next` is used by the reading thread alone; nothing waits, so `close` has nothing to do.
  let name: String
  let nominalRate: Double? = nil
  let isLive = false
  private let files: [String]
  private let limits: FrameLimits
  private var position = 0

  static let extensions: Set<String> = ["jpg", "jpeg", "png", "ppm", "pgm"]

  init(name: String, files: [String], limits: FrameLimits) {
    self.name = name
    self.files = files
    self.limits = limits
  }

  var frameCount: Int? { files.count }

  func rewind() { position = 0 }

  func close() {}

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    guard position < files.count else { return .end }
    let path = files[position]
    position += 1
    do throws(SourceError) {
      return .frame(try read(path, pool))
    } catch {
      if case .stopped = error { throw error }
      return .rejected(error)
    }
  }

  private func read(_ path: String, _ pool: FramePool) throws(SourceError) -> CapturedFrame {
    let file = try SourceFile(path: path)
    let origin = FrameOrigin(file: path)
    guard let size = file.size else { throw .frame(origin, problem: "is no regular file; expected an image") }
    guard size <= limits.maximumPayload else {
      throw .frame(origin, problem: "\(size) bytes are above the limit of \(limits.maximumPayload)")
    }
    guard size > 0 else { throw .frame(origin, problem: "is empty; expected an image") }
    guard var buffer = pool.take(size) else { throw .stopped }
    try buffer.fill { (memory) throws(SourceError) -> Int in
      try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<size]))
    }
    if PNMHeader.isPNM(buffer.bytes) { return try pixels(buffer, origin, pool) }
    guard let header = ImageHeader(buffer.bytes) else {
      throw .frame(origin, problem: "is no image: expected a JPEG, PNG, PPM (P6) or PGM (P5) file")
    }
    do throws(LayoutError) {
      return CapturedFrame(content: try header.content(limits: limits), buffer: buffer, origin: origin)
    } catch {
      throw .frame(origin, problem: error.description)
    }
  }

  /// Moves the pixels of a PPM or PGM file to the start of a buffer of their own.
  private func pixels(
    _ file: borrowing FrameBuffer, _ origin: FrameOrigin, _ pool: FramePool
  ) throws(SourceError) -> CapturedFrame {
    let bytes = UnsafeRawBufferPointer(start: file.stableAddress, count: file.count)
    let header = try PNMHeader(bytes, origin)
    let layout: PixelLayout
    do throws(LayoutError) {
      layout = try PixelLayout(
        width: header.width, height: header.height, format: header.format, limits: limits)
    } catch {
      throw .frame(origin, problem: error.description)
    }
    guard file.count - header.length >= layout.byteCount else {
      throw .frame(
        origin,
        problem:
          "is cut off: \(layout) takes \(layout.byteCount) bytes, \(file.count - header.length) are there")
    }
    guard var buffer = pool.take(layout.byteCount) else { throw .stopped }
    buffer.fill { memory in
      memory.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[header.length...].prefix(layout.byteCount)))
      return layout.byteCount
    }
    return CapturedFrame(content: FrameContent(.pixels, layout), buffer: buffer, origin: origin)
  }

  /// The image files of a directory, in natural order.
  static func list(_ directory: String) throws(SourceError) -> [String] {
    guard let handle = opendir(directory) else { throw .unreadable(directory, reason: SourceFile.reason()) }
    defer { closedir(handle) }
    var names: [String] = []
    while let entry = readdir(handle) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix("."), extensions.contains(fileExtension(name)) { names.append(name) }
    }
    guard !names.isEmpty else { throw .noImages(directory) }
    let prefix = directory.hasSuffix("/") ? directory : directory + "/"
    return names.sorted(by: NaturalOrder.precedes).map { prefix + $0 }
  }

  /// The files of a directory that a timestamps file names, in its order.
  static func list(_ directory: String, _ timestamps: FrameTimestamps) throws(SourceError) -> [String] {
    let prefix = directory.hasSuffix("/") ? directory : directory + "/"
    var files: [String] = []
    for (name, line) in zip(timestamps.names, timestamps.lines) {
      let path = prefix + name
      guard access(path, R_OK) == 0 else {
        throw .timestamps(
          file: timestamps.file, line: line, problem: "\(path): cannot be read: \(SourceFile.reason())")
      }
      files.append(path)
    }
    return files
  }

  /// Lower-case, without the dot; empty without one.
  static func fileExtension(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return "" }
    return name[name.index(after: dot)...].lowercased()
  }
}
