import FoundationEssentials

/// HdrHistogram's V2 compressed form in base64, which its tools and libraries in other languages read and write.
///
/// A cookie and a length, then a zlib stream of: cookie, length of the counts, index offset, digits, range, ratio to
/// floating-point values, and the counts in the form of ``CounterCoding``. Header numbers are big-endian.
extension Histogram {
  private static let compressedCookie: UInt32 = 0x1C84_9314
  private static let payloadCookie: UInt32 = 0x1C84_9313
  /// Cookie and length before the zlib stream, bytes.
  private static let envelopeBytes = 8
  /// The bytes before the counts.
  private static let headerBytes = 40
  /// The most bytes of a payload in our layout: every count in the longest form.
  private static let maximumPayload =
    headerBytes + HistogramLayout.counterCount * CounterCoding.maximumBytes
  /// The most base64 characters that are read.
  private static let maximumText =
    (envelopeBytes + Deflate.compressedBound(maximumPayload) + 2) / 3 * 4

  /// Returns the histogram as text: some hundred bytes for similar durations, a few thousand for spread ones.
  public func encoded() -> String {
    let stream = Deflate.compress(payload())
    var bytes: [UInt8] = []
    bytes.append(bigEndian: Self.compressedCookie)
    bytes.append(bigEndian: UInt32(stream.count))
    return Data(bytes + stream).base64EncodedString()
  }

  /// Reads a histogram written by ``encoded()`` or another HdrHistogram.
  ///
  /// Accepts 3 significant digits, units of 1, and values of up to one hour; such counters equal ours, whatever range
  /// the histogram was created for. The text may be hostile.
  /// - Throws: if it is malformed or has another layout.
  public init(encoded text: String) throws(HistogramError) {
    try self.init(payload: Self.payload(of: text))
  }

  private static func payload(of text: String) throws(HistogramError) -> [UInt8] {
    guard text.utf8.count <= maximumText else {
      throw .malformed("\(text.utf8.count) characters; expected at most \(maximumText)")
    }
    guard let data = Data(base64Encoded: text) else { throw .malformed("expected base64") }
    let bytes = [UInt8](data)
    guard bytes.count >= envelopeBytes else {
      throw .malformed("\(bytes.count) bytes; expected \(envelopeBytes) and a zlib stream")
    }
    try check(cookie: bytes.bigEndian(at: 0), compressedCookie)
    let length: UInt32 = bytes.bigEndian(at: 4)
    guard length == bytes.count - envelopeBytes else {
      throw .malformed("\(length) bytes announced, \(bytes.count - envelopeBytes) present")
    }
    return try Deflate.inflate(bytes[envelopeBytes...], limit: maximumPayload)
  }

  /// Returns the bytes to compress.
  func payload() -> [UInt8] {
    var counts: [UInt8] = []
    CounterCoding.append(counters, to: &counts)
    var bytes: [UInt8] = []
    bytes.append(bigEndian: Self.payloadCookie)
    bytes.append(bigEndian: UInt32(counts.count))
    bytes.append(bigEndian: UInt32(0))
    bytes.append(bigEndian: UInt32(HistogramLayout.significantDigits))
    bytes.append(bigEndian: UInt64(HistogramLayout.lowest))
    bytes.append(bigEndian: UInt64(HistogramLayout.highest))
    bytes.append(bigEndian: 1.0.bitPattern)
    return bytes + counts
  }

  init(payload bytes: [UInt8]) throws(HistogramError) {
    (counters, count) = try CounterCoding.read(Self.counts(of: bytes))
  }

  /// Checks the header and returns the bytes of the counts.
  private static func counts(of bytes: [UInt8]) throws(HistogramError) -> ArraySlice<UInt8> {
    guard bytes.count >= headerBytes else {
      throw .malformed("a header of \(bytes.count) bytes; expected \(headerBytes)")
    }
    try check(cookie: bytes.bigEndian(at: 0), payloadCookie)
    let length: UInt32 = bytes.bigEndian(at: 4)
    guard length == bytes.count - headerBytes else {
      throw .malformed("\(length) bytes of counts announced, \(bytes.count - headerBytes) present")
    }
    let (offset, digits): (UInt32, UInt32) = (bytes.bigEndian(at: 8), bytes.bigEndian(at: 12))
    guard digits == HistogramLayout.significantDigits else {
      throw .otherLayout("\(digits) significant digits; expected \(HistogramLayout.significantDigits)")
    }
    let lowest: UInt64 = bytes.bigEndian(at: 16)
    guard lowest == HistogramLayout.lowest else {
      throw .otherLayout("lowest value \(lowest); expected \(HistogramLayout.lowest) (ns)")
    }
    let ratio = Double(bitPattern: bytes.bigEndian(at: 32))
    guard offset == 0, ratio == 1 else {
      throw .otherLayout("index offset \(offset), ratio \(ratio); expected whole numbers (0 and 1)")
    }
    return bytes[headerBytes...]
  }

  private static func check(cookie: UInt32, _ expected: UInt32) throws(HistogramError) {
    guard cookie == expected else {
      let (found, wanted) = (String(cookie, radix: 16), String(expected, radix: 16))
      throw .malformed("cookie 0x\(found); expected 0x\(wanted)")
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
  }

  fileprivate func bigEndian<Number: FixedWidthInteger & UnsignedInteger>(at offset: Int) -> Number {
    self[offset..<offset + MemoryLayout<Number>.size].reduce(0) { $0 << 8 | Number($1) }
  }
}
