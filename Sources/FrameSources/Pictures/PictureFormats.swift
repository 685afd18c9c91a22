import FrameCore

/// The supported picture formats.
struct PictureFormats {
  private let all: [any PictureFormat]
  /// Extensions of supported files, JPEG and PNG included.
  let extensions: Set<[UInt8]>

  init(_ others: [any PictureFormat]) {
    all = [PNMFormat(), BMPFormat()] + others
    extensions = Set(
      (["jpg", "jpeg", "jpe", "jfif", "mpo", "png"] + all.flatMap(\.extensions)).map { Array($0.utf8) })
  }

  func format(of file: RawSpan) -> (any PictureFormat)? { all.first { $0.matches(file) } }

  /// Returns why a file has none of these formats.
  func refusal(of file: RawSpan) -> String {
    let expected = (["JPEG", "PNG"] + all.map(\.name)).joined(separator: ", ")
    if ImageHeader.isJPEG(file) || ImageHeader.isPNG(file) {
      return "the \(ImageHeader.isPNG(file) ? "PNG" : "JPEG") file is cut off or damaged within its header"
    }
    guard let name = UnsupportedFormat.name(file) else { return "is not an image: expected \(expected)" }
    return "is \(name): expected \(expected)"
  }

  /// Whether a path has the extension of an image.
  func supports(_ path: String) -> Bool {
    extensions.contains(ImageDirectory.fileExtension(Array((path.split(separator: "/").last ?? "").utf8)))
  }
}
