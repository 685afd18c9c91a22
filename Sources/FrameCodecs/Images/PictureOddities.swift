import CJPEG

/// Deviations of a picture from its format that cost no samples. Some cameras produce them in every frame.
public struct PictureOddities: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  init(_ oddity: ff_jpeg_oddity) { rawValue = oddity.rawValue }

  /// Bytes after the end of the picture: motion photos, second pictures, padding.
  public static let trailingBytes = Self(ffJPEGTrailing)
  /// Bytes between segments that belong to none.
  public static let strayBytes = Self(ffJPEGStray)
  /// Bytes before a restart marker or the end that belong to no block.
  public static let spareBytes = Self(ffJPEGSpare)
  /// A sequential scan whose header does not state all coefficients.
  public static let scanParameters = Self(ffJPEGScanParameters)
  /// A JFIF revision other than 1.
  public static let jfifRevision = Self(ffJPEGJFIFRevision)
  /// An Adobe marker with an unknown transform.
  public static let adobeMarker = Self(ffJPEGAdobe)
  /// Complete except for the end-of-image marker.
  public static let noEndMarker = Self(ffJPEGNoEnd)
  /// No Huffman tables: the standard ones apply (ITU-T T.81, Annex K.3).
  public static let noHuffmanTables = Self(ffJPEGNoTables)
  /// Four inks (CMYK), converted to three colours as OpenCV does.
  public static let cmyk = Self(ffJPEGOddCMYK)

  /// All of them, each with its name in reports and its meaning.
  public static let all: [(oddity: PictureOddities, name: String, meaning: String)] = [
    (.trailingBytes, "trailingBytes", "bytes after the end of the picture"),
    (.strayBytes, "strayBytes", "bytes between segments that belong to no segment"),
    (.spareBytes, "spareBytes", "spare bytes before a restart or end marker"),
    (.scanParameters, "scanParameters", "a sequential scan with the parameters of another kind"),
    (.jfifRevision, "jfifRevision", "an unknown JFIF revision"),
    (.adobeMarker, "adobeMarker", "an Adobe marker with an unknown transform"),
    (.noEndMarker, "noEndMarker", "no end-of-image marker, though the picture is complete"),
    (.noHuffmanTables, "noHuffmanTables", "no Huffman tables, the standard ones are used"),
    (.cmyk, "cmyk", "CMYK, converted to RGB as OpenCV does"),
  ]
}

/// How pictures with lost samples are treated: truncated files, and files with invalid codes.
public enum DamagedPictures: String, Sendable, CaseIterable {
  /// Each is an error.
  case refuse
  /// The samples that can be decoded are used.
  case keep
  /// JPEG files that pass unchanged are sent unread, damaged ones too: their decoder finds out. Files that are decoded
  /// here are treated as in ``refuse``.
  case pass
}

/// What was found in a picture that was read.
public struct PictureFindings: Sendable, Equatable {
  public var oddities: PictureOddities
  /// What is wrong with the picture, where samples are lost and it was kept.
  public var damage: String?

  public init(oddities: PictureOddities = [], damage: String? = nil) {
    self.oddities = oddities
    self.damage = damage
  }
}
