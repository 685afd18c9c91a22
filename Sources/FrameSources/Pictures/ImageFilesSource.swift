import FrameCore
import Synchronization

/// A directory or list of image files: JPEG and PNG unchanged, all other formats as pixels. Each picture of a file with
/// several becomes a frame.
final class ImageFilesSource: FrameSource, @unchecked Sendable {
  // Sound: `next` and `rewind` are used by the reading thread alone, `count` is atomic; no call waits, so that `close`
  // has nothing to do.
  let name: String
  let nominalRate: Double? = nil
  let isLive = false
  let notes: [String]
  private let formats: PictureFormats
  private let limits: FrameLimits
  /// The directory, which is listed again for each pass.
  private let directory: ListedDirectory?
  /// Whether each file is one frame, whose time another file states.
  private let isTimed: Bool
  private var files: [FilePath]
  private var position = 0
  private var rest: Rest?
  /// The number of files; below 0 once a file with several pictures was found.
  private let count: Atomic<Int>

  /// A file with more pictures to read.
  private struct Rest: ~Copyable {
    let file: FrameBuffer
    let path: FilePath
    let format: any PictureFormat
    let place: PicturePlace
  }

  /// Reads files in the given order.
  init(name: String, files: [FilePath], _ options: SourceOptions, isTimed: Bool = false) {
    self.name = name
    self.files = files
    self.isTimed = isTimed
    formats = PictureFormats(options.pictures)
    limits = options.limits
    directory = nil
    notes = []
    count = Atomic(files.count)
  }

  /// Reads the images of a directory.
  init(directory path: String, _ options: SourceOptions) throws(SourceError) {
    formats = PictureFormats(options.pictures)
    let directory = ListedDirectory(path, formats.extensions)
    let listing = try directory.list()
    self.directory = directory
    name = PathText.shown(path)
    files = listing?.files ?? []
    notes = listing?.note.map { [$0] } ?? []
    limits = options.limits
    isTimed = false
    count = Atomic(files.count)
  }

  var frameCount: Int? {
    let count = count.load(ordering: .relaxed)
    return count < 0 ? nil : count
  }

  func rewind() throws(SourceError) {
    rest = nil
    position = 0
    if let directory, let listing = try directory.list() {
      files = listing.files
      if count.load(ordering: .relaxed) >= 0 { count.store(files.count, ordering: .relaxed) }
    }
  }

  func close() {}

  func next(into pool: FramePool) throws(SourceError) -> SourceReading {
    do throws(SourceError) {
      if let rest = rest.take() {
        return .frame(try picture(rest.file, rest.path, rest.format, rest.place, pool))
      }
      guard position < files.count else { return .end }
      position += 1
      return .frame(try read(files[position - 1], pool))
    } catch {
      if case .stopped = error { throw error }
      return .rejected(error)
    }
  }

  private func read(_ path: FilePath, _ pool: FramePool) throws(SourceError) -> CapturedFrame {
    let origin = FrameOrigin(file: path.shown)
    let file = try SourceFile(image: path, origin)
    guard let size = file.size else {
      throw .frame(origin, problem: "is not a regular file; expected an image")
    }
    guard size <= limits.maximumPayload else {
      throw .frame(origin, problem: "\(size) bytes are above the limit of \(limits.maximumPayload)")
    }
    guard size > 0 else { throw .frame(origin, problem: "is empty; expected an image") }
    guard var buffer = pool.take(size) else { throw .stopped }
    try buffer.fill { (memory) throws(SourceError) -> Int in
      try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<size]))
    }
    guard let header = ImageHeader(buffer.bytes) else {
      guard let format = formats.format(of: buffer.bytes) else {
        throw .frame(origin, problem: formats.refusal(of: buffer.bytes))
      }
      return try picture(buffer, path, format, .first, pool)
    }
    do throws(LayoutError) {
      return CapturedFrame(content: try header.content(limits: limits), buffer: buffer, origin: origin)
    } catch {
      throw .frame(origin, problem: error.description)
    }
  }

  /// Decodes one picture of a file, and keeps the file when it has more.
  private func picture(
    _ file: consuming FrameBuffer, _ path: FilePath, _ format: any PictureFormat, _ place: PicturePlace,
    _ pool: FramePool
  ) throws(SourceError) -> CapturedFrame {
    let following = format.place(after: place, in: file.bytes)
    let isOne = following == nil && place.position == 0
    let origin = FrameOrigin(file: path.shown, position: isOne ? nil : place.position)
    guard isOne || !isTimed else {
      throw .frame(
        FrameOrigin(file: path.shown), problem: "holds several pictures; its timestamp is for one")
    }
    if !isOne { count.store(-1, ordering: .relaxed) }
    let target = PictureTarget(origin: origin, pool: pool, limits: limits)
    do throws(SourceError) {
      let frame = try format.decode(file.bytes, at: place, to: target)
      if let following { rest = Rest(file: file, path: path, format: format, place: following) }
      return frame
    } catch {
      // The other pictures may be good.
      if let following { rest = Rest(file: file, path: path, format: format, place: following) }
      throw error
    }
  }
}
