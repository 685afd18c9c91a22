import CFrameKernels

/// RFC 4648 base64 with padding and without line breaks. Decoding accepts nothing else.
enum Base64 {
  /// Returns the number of characters for `count` bytes.
  static func encodedCount(_ count: Int) -> Int { (count + 2) / 3 * 4 }

  /// Encodes the bytes.
  /// - Parameter target: at least ``encodedCount(_:)`` bytes.
  /// - Returns: characters written.
  static func encode(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int {
    let count = encodedCount(source.count)
    precondition(target.count >= count, "too little room for base64")
    guard let from = source.baseAddress?.assumingMemoryBound(to: UInt8.self),
      let to = target.baseAddress?.assumingMemoryBound(to: CChar.self)
    else { return 0 }
    let kernels = ff_best()!.pointee
    let groups = source.count / 3
    kernels.base64Encode(from, groups, to)
    let rest = source.count - groups * 3
    guard rest > 0 else { return count }
    // The last group is padded with zeros; their characters become `=`.
    let last: [3 of UInt8] = [from[groups * 3], rest == 2 ? from[groups * 3 + 1] : 0, 0]
    last.span.withUnsafeBufferPointer { kernels.base64Encode($0.baseAddress, 1, to + groups * 4) }
    for at in (4 - 3 + rest)..<4 { to[groups * 4 + at] = CChar(UInt8(ascii: "=")) }
    return count
  }

  /// Returns the number of bytes that `source` decodes to, from its length and padding alone.
  static func decodedCount(_ source: UnsafeRawBufferPointer) throws(CodecError) -> Int {
    guard source.count % 4 == 0 else {
      throw .payload("base64 of \(source.count) characters: the length must be a multiple of 4")
    }
    guard let last = source.last else { return 0 }
    let padding = last != UInt8(ascii: "=") ? 0 : source[source.count - 2] != UInt8(ascii: "=") ? 1 : 2
    return source.count / 4 * 3 - padding
  }

  /// Decodes the characters and returns the number of bytes written.
  /// - Parameter target: at least ``decodedCount(_:)`` bytes.
  static func decode(
    _ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer
  ) throws(CodecError) -> Int {
    let count = try decodedCount(source)
    precondition(target.count >= count, "too little room for the bytes of base64")
    guard count > 0, let from = source.baseAddress?.assumingMemoryBound(to: CChar.self),
      let to = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
    else {
      guard source.isEmpty else { throw .payload("base64 holds only padding") }
      return 0
    }
    let kernels = ff_best()!.pointee
    let groups = count / 3
    let done = kernels.base64Decode(from, groups, to)
    guard done == groups else { throw stranger(source, in: done * 4..<done * 4 + 4) }
    let rest = count - groups * 3
    guard rest > 0 else { return count }
    // Padding is decoded as zeros: the unused bits of the last character must be 0.
    let a = CChar(UInt8(ascii: "A"))
    let last: [4 of CChar] = [
      from[groups * 4], from[groups * 4 + 1], rest == 2 ? from[groups * 4 + 2] : a, a,
    ]
    var bytes: [3 of UInt8] = [0, 0, 0]
    let isText = last.span.withUnsafeBufferPointer { text in
      var span = bytes.mutableSpan
      return span.withUnsafeMutableBufferPointer {
        kernels.base64Decode(text.baseAddress, 1, $0.baseAddress) == 1
      }
    }
    guard isText else { throw stranger(source, in: groups * 4..<groups * 4 + 1 + rest) }
    guard bytes[rest] == 0 else { throw .payload("base64 ends in bits that form no whole byte") }
    for at in 0..<rest { to[groups * 3 + at] = bytes[at] }
    return count
  }

  private static func stranger(_ source: UnsafeRawBufferPointer, in range: Range<Int>) -> CodecError {
    let at = range.first { !isCharacter(source[$0]) } ?? range.lowerBound
    return .payload("base64 has a character at offset \(at) that is none of A-Z a-z 0-9 + /")
  }

  private static func isCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
      true
    default: false
    }
  }
}
