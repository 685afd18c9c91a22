import FrameModels

@testable import KafkaTransport

/// Text files of the user's.
extension FuzzTarget {
  static func manifest(_ bytes: UnsafeRawBufferPointer) {
    guard let manifest = try? ModelManifest.parse(Array(bytes), file: "m") else { return }
    require(manifest.input.bytesPerFrame * manifest.input.batch <= 4 << 30, "\(manifest.input)")
  }

  static func properties(_ bytes: UnsafeRawBufferPointer) {
    guard let entries = try? PropertiesFile.parse(String(decoding: bytes, as: UTF8.self), file: "p") else {
      return
    }
    for entry in entries { require(!entry.key.isEmpty, "a key is never empty") }
  }
}
