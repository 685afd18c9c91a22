import CJPEG
import CZstd

/// Versions of the libraries behind the codecs.
public enum CodecVersions {
  /// Of the headers this was built with, `2.1.5`: the library itself does not tell.
  public static let libjpegTurbo = String(cString: ff_jpeg_version())

  /// Of the library in use.
  public static let zstd = String(cString: ZSTD_versionString())
}
