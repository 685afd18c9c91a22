public import FrameCore

/// Why frames cannot be read.
public enum SourceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A file or directory cannot be opened or read.
  case unreadable(String, reason: String)
  /// A directory without images, with a hint where there are some, or which names are expected.
  case noImages(String, hint: String)
  /// A file of an unsupported kind.
  /// - images: extensions of supported images, as in `.jpg .png`.
  case unknownKind(String, images: String)
  /// A file that is invalid as a whole.
  case malformed(String, problem: String)
  /// One invalid frame; others may be good.
  case frame(FrameOrigin, problem: String)
  /// A line of a timestamps file.
  case timestamps(file: String, line: Int, problem: String)
  /// Invalid or incompatible options.
  case option(String)
  /// The pool of frame memory is closed because the pipeline is ending.
  case stopped

  public var description: String { PathText.shown(text) }

  private var text: String {
    switch self {
    case .unreadable(let path, let reason): "\(path): cannot be read: \(reason)"
    case .noImages(let path, let hint): "\(path): no images in this directory; \(hint)"
    case .unknownKind(let path, let images):
      "\(path): unknown kind of file; expected a directory, images (\(images)), a video (.mp4 .mov .mkv "
        + ".avi .webm .ts .m4v .mpg), .y4m, .npy, .mjpeg, "
        + ".rgb .bgr .gray .yuv, - or synthetic:WxH"
    case .malformed(let path, let problem): "\(path): \(problem)"
    case .frame(let origin, let problem): "\(origin): \(problem)"
    case .timestamps(let file, let line, let problem): "\(file):\(line): \(problem)"
    case .option(let problem): problem
    case .stopped: "the pipeline is ending"
    }
  }
}
