import FrameCore

/// The kinds of picture that are read.
struct PictureFormats {
  private let all: [any PictureFormat]
  /// Of files that are read, JPEG and PNG among them.
  let extensions: Set<[UInt8]>

  init(_ others: [any PictureFormat]) {
    all = [PNMFormat(), BMPFormat()] + others
    extensions = Set(
      (["jpg", "jpeg", "jpe", "jfif", "mpo", "png"] + all.flatMap(\.extensions)).map { Array($0.utf8) })
  }

  func format(of file: RawSpan) -> (any PictureFormat)? { all.first { $0.matches(file) } }

  /// Why a file is none of them.
  func refusal(of file: RawSpan) -> String {
    let expected = (["JPEG", "PNG"] + all.map(\.name)).joined(separator: ", ")
    if ImageHeader.isJPEG(file) || ImageHeader.isPNG(file) {
      return "the \(ImageHeader.isPNG(file) ? "PNG" : "JPEG") file is cut off or damaged within its header"
    }
    guard let name = ForeignKind.name(file) else { return "is no image: expected \(expected)" }
    return "is \(name): expected \(expected)"
  }

  /// Whether a path ends as an image's name does.
  func takes(_ path: String) -> Bool {
    extensions.contains(ImageDirectory.fileExtension(Array((path.split(separator: "/").last ?? "").utf8)))
  }
}
