/// RFC 4648 base64 with padding and without line breaks, both ways; decoding accepts nothing else.
enum Base64 {
  /// Characters for `count` bytes.
  static func encodedCount(_ count: Int) -> Int { (count + 2) / 3 * 4 }

  /// Two characters for each 12 bits: half the look-ups of one table a character.
  private static let pairs: [UInt16] = {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    return (0..<4096).map { bits in
      UInt16(littleEndian: UInt16(alphabet[bits >> 6]) | UInt16(alphabet[bits & 63]) << 8)
    }
  }()

  /// 6 bits for each character; 0xFF for what is none.
  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 0xFF, count: 256)
    for (value, character) in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
      .enumerated()
    {
      table[Int(character)] = UInt8(value)
    }
    return table
  }()

  /// Writes the characters.
  /// - Parameter target: at least ``encodedCount(_:)`` bytes.
  /// - Returns: characters written.
  static func encode(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int {
    let count = encodedCount(source.count)
    precondition(target.count >= count, "too little room for base64")
    guard let from = source.baseAddress, let to = target.baseAddress else { return 0 }
    pairs.withUnsafeBufferPointer { pairs in
      var at = 0
      var out = 0
      while at + 3 <= source.count {
        let bits =
          Int(from.load(fromByteOffset: at, as: UInt8.self)) << 16
          | Int(from.load(fromByteOffset: at + 1, as: UInt8.self)) << 8
          | Int(from.load(fromByteOffset: at + 2, as: UInt8.self))
        to.storeBytes(of: pairs[bits >> 12], toByteOffset: out, as: UInt16.self)
        to.storeBytes(of: pairs[bits & 4095], toByteOffset: out + 2, as: UInt16.self)
        at += 3
        out += 4
      }
      let rest = source.count - at
      guard rest > 0 else { return }
      var bits = Int(from.load(fromByteOffset: at, as: UInt8.self)) << 16
      if rest == 2 { bits |= Int(from.load(fromByteOffset: at + 1, as: UInt8.self)) << 8 }
      to.storeBytes(of: pairs[bits >> 12], toByteOffset: out, as: UInt16.self)
      to.storeBytes(of: pairs[bits & 4095], toByteOffset: out + 2, as: UInt16.self)
      to.storeBytes(of: UInt8(ascii: "="), toByteOffset: out + 3, as: UInt8.self)
      if rest == 1 { to.storeBytes(of: UInt8(ascii: "="), toByteOffset: out + 2, as: UInt8.self) }
    }
    return count
  }

  /// Bytes that `source` will decode to, by its length and padding alone.
  static func decodedCount(_ source: UnsafeRawBufferPointer) throws(CodecError) -> Int {
    guard source.count % 4 == 0 else {
      throw .payload("base64 of \(source.count) characters: the length must be a multiple of 4")
    }
    guard let last = source.last else { return 0 }
    let padding = last != UInt8(ascii: "=") ? 0 : source[source.count - 2] != UInt8(ascii: "=") ? 1 : 2
    return source.count / 4 * 3 - padding
  }

  /// Writes the bytes.
  /// - Parameter target: at least ``decodedCount(_:)`` bytes.
  static func decode(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> Int {
    let count = try decodedCount(source)
    precondition(target.count >= count, "too little room for the bytes of base64")
    guard count > 0, let from = source.baseAddress, let to = target.baseAddress else {
      guard source.isEmpty else { throw .payload("base64 holds only padding") }
      return 0
    }
    let whole = count / 3
    // Bit 7 of any value met stays in `seen`: one check at the end instead of four a round.
    var seen: UInt8 = 0
    values.withUnsafeBufferPointer { values in
      for group in 0..<whole {
        let a = values[Int(from.load(fromByteOffset: group * 4, as: UInt8.self))]
        let b = values[Int(from.load(fromByteOffset: group * 4 + 1, as: UInt8.self))]
        let c = values[Int(from.load(fromByteOffset: group * 4 + 2, as: UInt8.self))]
        let d = values[Int(from.load(fromByteOffset: group * 4 + 3, as: UInt8.self))]
        seen |= a | b | c | d
        to.storeBytes(of: a << 2 | b >> 4, toByteOffset: group * 3, as: UInt8.self)
        to.storeBytes(of: b << 4 | c >> 2, toByteOffset: group * 3 + 1, as: UInt8.self)
        to.storeBytes(of: c << 6 | d, toByteOffset: group * 3 + 2, as: UInt8.self)
      }
    }
    let rest = count - whole * 3
    if rest > 0 {
      let a = values[Int(from.load(fromByteOffset: whole * 4, as: UInt8.self))]
      let b = values[Int(from.load(fromByteOffset: whole * 4 + 1, as: UInt8.self))]
      seen |= a | b
      to.storeBytes(of: a << 2 | b >> 4, toByteOffset: whole * 3, as: UInt8.self)
      var unused = b & 15
      if rest == 2 {
        let c = values[Int(from.load(fromByteOffset: whole * 4 + 2, as: UInt8.self))]
        seen |= c
        to.storeBytes(of: b << 4 | c >> 2, toByteOffset: whole * 3 + 1, as: UInt8.self)
        unused = c & 3
      }
      guard unused == 0 else { throw .payload("base64 ends in bits that stand for no byte") }
    }
    guard seen & 0x80 == 0 else {
      let at = source.firstIndex { values[Int($0)] == 0xFF } ?? 0
      throw .payload("base64 has a character at offset \(at) that is none of A-Z a-z 0-9 + /")
    }
    return count
  }
}
