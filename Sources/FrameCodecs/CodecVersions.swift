import CTurboJPEG
import CZstd

/// Versions of the libraries behind the codecs.
public enum CodecVersions {
  /// Of the headers this was built with, `2.1.5`: the library itself does not tell.
  public static let libjpegTurbo: String = {
    let number = Int(LIBJPEG_TURBO_VERSION_NUMBER)
    return "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
  }()

  /// Of the library in use.
  public static let zstd = String(cString: ZSTD_versionString())
}
