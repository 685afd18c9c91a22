import FrameCore

extension PayloadFormat {
  /// Bytes that the content can have at most, with the first so many layers over it. The headers tell how large the
  /// frame is, so a payload of a few bytes cannot ask for all that a limit allows.
  func mostBytes(above depth: Int) -> Int {
    let layout = content.layout
    // A file: 16-bit colour with alpha that did not get smaller, twice over, and 16 MiB of profiles and previews.
    var most = content.kind == .pixels ? layout.byteCount : 16 * layout.width * layout.height + (16 << 20)
    for layer in layers.prefix(depth) {
      switch layer {
      case .base64: most = Base64.encodedCount(most)
      case .zstd: most = ZstdCompressor.bound(most)
      }
    }
    return most
  }
}
