import FrameCore
import Glibc

/// Opens the source that the user named.
public enum SourceOpener {
  /// - Parameter arguments: one directory, file, `-` or `synthetic:WxH`; or several image files.
  /// - Throws: ``SourceError`` that names the argument and what was expected.
  public static func open(
    _ arguments: [String], options: SourceOptions = SourceOptions()
  ) throws(SourceError) -> any FrameSource {
    guard let first = arguments.first else { throw .option("no source given") }
    let video = arguments.first { VideoSource.extensions.contains(kind($0)) }
    if arguments.count > 1, let video {
      throw .option("\(video): a video; give one video at a time, and no other source")
    }
    guard video != nil || options.seek == 0 && options.duration == nil else {
      throw .option("--seek and --duration are for one video file; \(first) is not a video")
    }
    guard let times = options.timestamps else { return try untimed(first, arguments, options) }
    if arguments.count > 1 || PictureFormats(options.pictures).supports(first), !FilePath(first).isDirectory {
      let matched = try TimestampedFiles.match(arguments, times)
      return try TimestampedSource(try images(matched.files, options), matched.times)
    }
    return try TimestampedSource(try untimed(first, arguments, options), times)
  }

  private static func untimed(
    _ first: String, _ arguments: [String], _ options: SourceOptions
  ) throws(SourceError) -> any FrameSource {
    guard arguments.count == 1 else { return try images(arguments, options) }
    if first == "-" { return try standardInput(options) }
    if let size = first.removing(prefix: "synthetic:") {
      guard let size = FrameSize(size) else {
        throw .option("\(first): expected synthetic:WIDTHxHEIGHT, as in synthetic:1280x720")
      }
      return try SyntheticSource(name: first, size, limits: options.limits)
    }
    if first.contains("://") {
      throw .option(
        "\(first): an address; pipe its stream: ffmpeg -i \(first) -f yuv4mpegpipe - | framefeed stream -")
    }
    if FilePath(first).isDirectory {
      guard let times = options.timestamps else { return try ImageFilesSource(directory: first, options) }
      let files = try TimestampedFiles.list(first, times)
      return ImageFilesSource(
        name: PathText.shown(first), files: files.map { FilePath($0) }, options, isTimed: true)
    }
    let formats = PictureFormats(options.pictures)
    if formats.supports(first) { return try images(arguments, options) }
    let kind = kind(first)
    if VideoSource.extensions.contains(kind) { return try VideoSource(first, options) }
    guard ["y4m", "npy", "mjpeg", "mjpg"].contains(kind) || RawDump.formats[kind] != nil else {
      // A name without a file is more likely a typing error than an unknown format.
      guard FilePath(first).allows(F_OK) else { throw .unreadable(first, reason: SourceFile.reason()) }
      throw .unknownKind(first, images: ImageDirectory.list(formats.extensions))
    }
    let stream = try ByteStream(try SourceFile(path: first))
    let isPipe = stream.size == nil
    let name = PathText.shown(first)
    switch kind {
    case "y4m":
      return try Y4MSource(
        name: name, stream, isLive: isPipe, matrix: options.matrix, limits: options.limits)
    case "npy": return try ArraySource(name: name, stream, options)
    case "mjpeg", "mjpg":
      let source = MJPEGSource(name: name, stream, isLive: isPipe, limits: options.limits)
      // A file shows at once whether it has times.
      if !isPipe { try source.begin() }
      return source
    default: return try RawDump.open(name, stream, kind, options)
    }
  }

  /// Returns the extension of a file's name.
  private static func kind(_ path: String) -> String {
    String(
      decoding: ImageDirectory.fileExtension(Array((path.split(separator: "/").last ?? "").utf8)),
      as: UTF8.self)
  }

  private static func images(_ files: [String], _ options: SourceOptions) throws(SourceError)
    -> any FrameSource
  {
    let formats = PictureFormats(options.pictures)
    for file in files {
      guard FilePath(file).allows(R_OK) else { throw .unreadable(file, reason: SourceFile.reason()) }
      guard !FilePath(file).isDirectory else {
        throw .option("\(file): a directory among files; give one directory, or image files")
      }
      guard formats.supports(file) else {
        throw .unknownKind(file, images: ImageDirectory.list(formats.extensions))
      }
    }
    let name = files.count == 1 ? files[0] : "\(files[0]) and \(files.count - 1) more"
    return ImageFilesSource(
      name: PathText.shown(name), files: files.map { FilePath($0) }, options,
      isTimed: options.timestamps != nil)
  }

  private static func standardInput(_ options: SourceOptions) throws(SourceError) -> any FrameSource {
    StandardInputSource(
      try ByteStream(SourceFile(standardInput: ())), matrix: options.matrix, limits: options.limits)
  }
}

/// Pixels without a header, of a size that the user states.
enum RawDump {
  /// Pixel formats by file extension.
  static let formats: [String: PixelFormat] = ["rgb": .rgb8, "bgr": .bgr8, "gray": .mono8, "yuv": .i420]

  static func open(
    _ path: String, _ stream: ByteStream, _ kind: String, _ options: SourceOptions
  ) throws(SourceError) -> any FrameSource {
    guard let size = options.size else {
      throw .option("\(path): a raw dump does not say its size; give it: --size 1280x720")
    }
    let layout: PixelLayout
    do throws(LayoutError) {
      layout = try PixelLayout(
        width: size.width, height: size.height, format: options.pixelFormat ?? formats[kind] ?? .rgb8,
        limits: options.limits)
    } catch {
      throw .malformed(path, problem: error.description)
    }
    return FixedSizeSource(name: path, stream, layout: layout)
  }
}

extension StringProtocol where SubSequence == Substring {
  func removing(prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }
}
