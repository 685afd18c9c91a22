/// The name of a feed for a record's key: UTF-8 unchanged, anything else in hex, so that different keys have different
/// names.
enum FeedName {
  /// The prefix of names in hex: `hex:` and the key's bytes in lower-case hex. A key that itself starts with it is
  /// shown in hex too, so that names stay one to one.
  static let hexMark = "hex:"

  /// - Parameter key: not empty. The name of a key above ``RecordReader/maximumText`` bytes is its beginning, an
  ///   ellipsis and its ``hash(_:)`` in hex; that is longer than any shorter key, so it is no other key's name.
  static func text(_ key: UnsafeRawBufferPointer) -> String {
    let isLong = key.count > RecordReader.maximumText
    let beginning = UnsafeRawBufferPointer(rebasing: key.prefix(RecordReader.maximumText))
    guard isLong else { return plain(key) ?? hexMark + hex(key) }
    let shown = plain(key).map { prefix(of: $0) } ?? hexMark + hex(beginning)
    return "\(shown)…\(hex(hash(key)))"
  }

  /// Returns the 64-bit FNV-1a hash (draft-eastlake-fnv): the same in every process, so that a feed keeps its name.
  static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash
  }

  /// Returns the key as text, if no other key equals it: Swift's strings are equal if they differ only in how accents
  /// are composed (U+00E9, or e and U+0301), so only the composed form is shown unchanged.
  private static func plain(_ key: UnsafeRawBufferPointer) -> String? {
    guard let text = String(validating: key.bindMemory(to: UInt8.self), as: UTF8.self),
      !text.utf8.starts(with: hexMark.utf8), isComposed(text)
    else { return nil }
    return text
  }

  /// Returns whether a text is in Unicode's normal form C. A string is hashed by the bytes of that form and a 0xFF
  /// after them, so the hash of its own bytes is equal only if they are in that form.
  private static func isComposed(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      guard !bytes.allSatisfy({ $0 < 0x80 }) else { return true }
      var ofBytes = Hasher()
      ofBytes.combine(bytes: UnsafeRawBufferPointer(bytes))
      ofBytes.combine(0xFF as UInt8)
      var ofForm = Hasher()
      String(decoding: bytes, as: UTF8.self).hash(into: &ofForm)
      return ofBytes.finalize() == ofForm.finalize()
    }
  }

  /// Returns the longest prefix of whole Unicode scalars that fits into ``RecordReader/maximumText`` bytes.
  private static func prefix(of text: String) -> String {
    var scalars = String.UnicodeScalarView()
    var count = 0
    for scalar in text.unicodeScalars {
      count += UTF8.width(scalar)
      if count > RecordReader.maximumText { break }
      scalars.append(scalar)
    }
    return String(scalars)
  }

  /// Returns two hex digits per byte, lower case.
  private static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    let digits = StaticString("0123456789abcdef").utf8Start
    return String(unsafeUninitializedCapacity: bytes.count * 2) { text in
      for (at, byte) in bytes.enumerated() {
        text[2 * at] = digits[Int(byte >> 4)]
        text[2 * at + 1] = digits[Int(byte & 15)]
      }
      return bytes.count * 2
    }
  }

  private static func hex(_ number: UInt64) -> String {
    withUnsafeBytes(of: number.bigEndian) { hex($0) }
  }
}
