public import FrameCore

/// Why frames cannot be read.
public enum SourceError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A file or directory cannot be opened or read.
  case unreadable(String, reason: String)
  /// A directory without images; where there are some, or which names they would have.
  case noImages(String, hint: String)
  /// A file whose kind nobody here reads.
  /// - images: endings of the images that are read, as in `.jpg .png`.
  case unknownKind(String, images: String)
  /// A file that is not what it should be, as a whole.
  case malformed(String, problem: String)
  /// One frame that is not what it should be; others may be good.
  case frame(FrameOrigin, problem: String)
  /// A line of a timestamps file.
  case timestamps(file: String, line: Int, problem: String)
  /// What was asked for does not go together.
  case option(String)
  /// The pool of frame memory is closed: the pipeline is ending.
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
