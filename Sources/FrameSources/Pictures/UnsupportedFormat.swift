import FrameCore

/// The kind of an unsupported file, determined from its first bytes: naming it says more than that it is no image.
enum UnsupportedFormat {
  private static let starts: [(bytes: String, at: Int, name: String)] = [
    ("II*\0", 0, "a TIFF file"), ("MM\0*", 0, "a TIFF file"), ("II+\0", 0, "a BigTIFF file"),
    ("MM\0+", 0, "a BigTIFF file"), ("WEBP", 8, "a WebP file"), ("GIF8", 0, "a GIF file"),
    ("ftypheic", 4, "a HEIC file"), ("ftypheix", 4, "a HEIC file"), ("ftypmif1", 4, "a HEIF file"),
    ("ftypavif", 4, "an AVIF file"), ("ftyp", 4, "a video (MP4)"), ("P7\n", 0, "a PAM file"),
    ("PF\n", 0, "a PFM file"),
    ("v/1\u{1}", 0, "an OpenEXR file"), ("#?RADIANCE", 0, "a Radiance HDR file"),
    ("jP  ", 4, "a JPEG 2000 file"),
    ("JXL ", 4, "a JPEG XL file"), ("%PDF", 0, "a PDF file"), ("YUV4MPEG2", 0, "a y4m file"),
    ("BM", 0, "a damaged BMP file"), ("<!DOCTYPE", 0, "an HTML page"), ("<html", 0, "an HTML page"),
  ]

  /// - Returns: the kind with its article; `nil` when it is unknown.
  static func name(_ file: RawSpan) -> String? {
    file.withUnsafeBytes { bytes in
      starts.first { bytes.count >= $0.at && bytes[$0.at...].starts(with: $0.bytes.utf8) }?.name
    }
  }
}
