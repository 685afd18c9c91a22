import FrameCore

extension PayloadFormat {
  /// Returns the most bytes that the content can have, with the first `depth` layers over it. The headers state the
  /// frame's size, so that a payload of a few bytes cannot claim all that a limit allows.
  func mostBytes(above depth: Int) -> Int {
    let layout = content.layout
    // A file: twice the size of uncompressed 16-bit colour with alpha, and 16 MiB of profiles and previews.
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
