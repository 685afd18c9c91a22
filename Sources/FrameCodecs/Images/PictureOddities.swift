import CJPEG

/// Ways to write a picture that cost none of its samples, but that its format does not have. Cameras have some of
/// them in every frame.
public struct PictureOddities: OptionSet, Sendable, Hashable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  init(_ oddity: ff_jpeg_oddity) { rawValue = oddity.rawValue }

  /// Bytes behind the end of the picture: motion photos, second pictures, padding.
  public static let trailingBytes = Self(ffJPEGTrailing)
  /// Bytes between segments that belong to none.
  public static let strayBytes = Self(ffJPEGStray)
  /// Bytes before a restart marker or the end that no block needs.
  public static let spareBytes = Self(ffJPEGSpare)
  /// A sequential scan that says it is not of all coefficients.
  public static let scanParameters = Self(ffJPEGScanParameters)
  /// A JFIF revision other than 1.
  public static let jfifRevision = Self(ffJPEGJFIFRevision)
  /// An Adobe marker with an unknown transform.
  public static let adobeMarker = Self(ffJPEGAdobe)
  /// Everything is there but the end-of-image marker.
  public static let noEndMarker = Self(ffJPEGNoEnd)
  /// No Huffman tables: the standard ones are meant (ITU-T T.81, Annex K.3).
  public static let noHuffmanTables = Self(ffJPEGNoTables)
  /// Four inks, converted to three colours as OpenCV does.
  public static let cmyk = Self(ffJPEGOddCMYK)

  /// All of them, with the name that reports have for each and what it means.
  public static let all: [(oddity: PictureOddities, name: String, meaning: String)] = [
    (.trailingBytes, "trailingBytes", "bytes behind the end of the picture"),
    (.strayBytes, "strayBytes", "bytes between segments that belong to none"),
    (.spareBytes, "spareBytes", "spare bytes before a restart or end marker"),
    (.scanParameters, "scanParameters", "a sequential scan with the parameters of another kind"),
    (.jfifRevision, "jfifRevision", "an unknown JFIF revision"),
    (.adobeMarker, "adobeMarker", "an Adobe marker with an unknown transform"),
    (.noEndMarker, "noEndMarker", "no end-of-image marker, though the picture is all there"),
    (.noHuffmanTables, "noHuffmanTables", "no Huffman tables, the standard ones are taken"),
    (.cmyk, "cmyk", "CMYK, converted to RGB as OpenCV does"),
  ]
}

/// What becomes of pictures of which samples are lost: files that were cut off, or that hold codes that cannot be.
public enum DamagedPictures: String, Sendable, CaseIterable {
  /// Each is an error.
  case refuse
  /// What can be decoded of them is taken.
  case keep
  /// JPEG files that are sent as they are go out unread, damaged ones too: whoever decodes them finds out. Of files that
  /// are decoded here as ``refuse``.
  case pass
}

/// What there is to say of a picture that was read.
public struct PictureFindings: Sendable, Equatable {
  public var oddities: PictureOddities
  /// What is wrong with it, where samples are lost and it was kept all the same.
  public var damage: String?

  public init(oddities: PictureOddities = [], damage: String? = nil) {
    self.oddities = oddities
    self.damage = damage
  }
}
