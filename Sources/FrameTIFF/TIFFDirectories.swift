/// The chain of a file's directories, one for each page (TIFF 6.0, section 2; BigTIFF has wider fields).
struct TIFFDirectories: ~Escapable {
  private let file: RawSpan
  private let isLittle: Bool
  private let isBig: Bool
  /// The start of the first directory, bytes.
  let first: Int

  /// - Returns: `nil` unless the file is a TIFF file.
  @_lifetime(copy file)
  init?(_ file: RawSpan) {
    guard file.byteCount >= 8 else { return nil }
    switch (
      file.unsafeLoad(fromUncheckedByteOffset: 0, as: UInt8.self),
      file.unsafeLoad(fromUncheckedByteOffset: 1, as: UInt8.self)
    ) {
    case (UInt8(ascii: "I"), UInt8(ascii: "I")): isLittle = true
    case (UInt8(ascii: "M"), UInt8(ascii: "M")): isLittle = false
    default: return nil
    }
    self.file = file
    let version = Self.number(file, 2, 2, isLittle)
    guard version == 42 || version == 43 else { return nil }
    isBig = version == 43
    first = (isBig ? Self.number(file, 8, 8, isLittle) : Self.number(file, 4, 4, isLittle)) ?? 0
  }

  /// Returns `nil` beyond the end of the file, and for numbers that overflow Int.
  private static func number(_ file: RawSpan, _ offset: Int, _ bytes: Int, _ isLittle: Bool) -> Int? {
    guard offset >= 0, offset <= file.byteCount - bytes else { return nil }
    var value: UInt64 = 0
    for n in 0..<bytes {
      let at = isLittle ? bytes - 1 - n : n
      value = value << 8 | UInt64(file.unsafeLoad(fromByteOffset: offset + at, as: UInt8.self))
    }
    return Int(exactly: value)
  }

  private func number(_ offset: Int, _ bytes: Int) -> Int? { Self.number(file, offset, bytes, isLittle) }

  /// Returns the start and number of a directory's entries.
  private func entries(_ directory: Int) -> (start: Int, count: Int)? {
    let width = isBig ? 8 : 2
    guard directory > 0, let count = number(directory, width),
      count <= (file.byteCount - directory - width) / entryBytes
    else { return nil }
    return (directory + width, count)
  }

  private var entryBytes: Int { isBig ? 20 : 12 }

  /// Returns the directory after this one; `nil` after the last.
  private func next(_ directory: Int) -> Int? {
    guard let (start, count) = entries(directory),
      let next = number(start + count * entryBytes, isBig ? 8 : 4), next != 0, entries(next) != nil
    else { return nil }
    return next
  }

  /// Whether the page is marked as a smaller copy or a mask of another (NewSubfileType 1 and 4, SubfileType 2).
  private func isCopy(_ directory: Int) -> Bool {
    guard let (start, count) = entries(directory) else { return false }
    for entry in 0..<count {
      let at = start + entry * entryBytes
      let tag = number(at, 2)
      let value = at + (isBig ? 12 : 8)
      if tag == 254 { return (number(value, 4) ?? 0) & 5 != 0 }
      if tag == 255 { return number(value, 2) == 2 }
    }
    return false
  }

  /// The number of different directories in the chain, which may be cyclic (Brent's cycle detection, which needs no
  /// memory).
  private var count: Int {
    var (power, length) = (1, 1)
    var tortoise = first
    var hare = next(first)
    var hops = 1
    while let at = hare, at != tortoise {
      if power == length {
        (tortoise, power, length) = (at, power * 2, 0)
      }
      hare = next(at)
      length += 1
      hops += 1
    }
    guard hare != nil else { return hops }
    // The cycle has `length` directories; find the number of directories before it.
    var (near, far) = (first, first)
    for _ in 0..<length { far = next(far) ?? far }
    var before = 0
    while near != far {
      near = next(near) ?? near
      far = next(far) ?? far
      before += 1
    }
    return before + length
  }

  /// Returns the next page that is a picture of its own.
  func picture(after directory: Int) -> Int? {
    // Returns early, because most files have one page.
    guard var at = next(directory) else { return nil }
    var index = 1
    var walked = first
    while walked != directory {
      guard let next = next(walked) else { return nil }
      walked = next
      index += 1
    }
    let count = count
    while index < count {
      if !isCopy(at) { return at }
      guard let next = next(at) else { return nil }
      at = next
      index += 1
    }
    return nil
  }
}
