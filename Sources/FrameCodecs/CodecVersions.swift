import CJPEG
import CZstd

/// Versions of the libraries behind the codecs.
public enum CodecVersions {
  /// Version of the headers at build time, `2.1.5`: the library itself does not report its version.
  public static let libjpegTurbo = String(cString: ff_jpeg_version())

  /// Version of the library in use.
  public static let zstd = String(cString: ZSTD_versionString())
}
