/// The data between the pictures of a multipart stream (`multipart/x-mixed-replace`, RFC 2046 section 5.1), read line
/// by line: boundaries, case-insensitive fields, and the response of an HTTP server at the start.
struct MultipartHeader {
  /// What the header states about the picture that follows.
  struct Part: Equatable {
    /// Bytes of the picture, from `Content-Length`.
    var length: Int?
    /// Capture time by the camera's clock, ns, from `X-Timestamp` (seconds and a fraction).
    var time: Int64?
  }

  /// Longest line, bytes, and most lines between two pictures.
  static let maximumLine = 4096
  static let maximumLines = 64

  private(set) var part = Part()
  /// Whether a header line has been read.
  private(set) var isMultipart = false
  /// The last line that separated two parts; empty before the first.
  private(set) var boundary: [UInt8] = []
  /// The boundary that the server announced.
  private var announced: [UInt8] = []

  /// The kind of a line.
  enum Line: Equatable {
    case boundary
    case field
    case other
  }

  /// Returns the kind of a line, and stores what it states.
  /// - Parameters:
  ///   - line: without its line feed.
  ///   - isFirst: whether at most one picture has been read, so that the stream may still turn out to be multipart.
  mutating func take(_ line: UnsafeRawBufferPointer, isFirst: Bool) -> Line {
    let line = line.trimmed
    guard !line.isEmpty else { return .field }
    guard isMultipart || isFirst else { return .other }
    if line.starts(with: "--".utf8) || (!announced.isEmpty && line.elementsEqual(announced)) {
      begin(line)
      return .boundary
    }
    if line.starts(with: "HTTP/".utf8) {
      isMultipart = true
      part = Part()
      return .field
    }
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0 else { return .other }
    let name = UnsafeRawBufferPointer(rebasing: line[..<colon])
    let value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]).trimmed
    guard name.allSatisfy({ $0 > 0x20 }) else { return .other }
    guard isMultipart || name.isField("content-", prefix: true) || name.isField("x-", prefix: true) else {
      return .other
    }
    isMultipart = true
    if name.isField("content-length") { part.length = value.decimal }
    if name.isField("x-timestamp") { part.time = value.seconds }
    if name.isField("content-type") { announce(value) }
    return .field
  }

  /// Returns what the header stated about the picture that starts here, and clears it.
  mutating func takePart() -> Part {
    defer { part = Part() }
    return part
  }

  private mutating func begin(_ line: UnsafeRawBufferPointer) {
    isMultipart = true
    part = Part()
    // The final boundary has two more dashes.
    if !boundary.isEmpty, line.starts(with: boundary), line.count == boundary.count + 2 { return }
    guard !line.elementsEqual(boundary) else { return }
    boundary = Array(line)
  }

  /// `multipart/x-mixed-replace; boundary="name"`
  private mutating func announce(_ value: UnsafeRawBufferPointer) {
    guard value.isField("multipart/", prefix: true) else { return }
    let text = String(decoding: value, as: UTF8.self)
    guard let range = text.lowercased().firstRange(of: "boundary=") else { return }
    let name = text.utf8.dropFirst(text.utf8.distance(from: text.startIndex, to: range.upperBound))
    announced = Array(name.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") })
      .filter { $0 != UInt8(ascii: "\"") }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var trimmed: UnsafeRawBufferPointer {
    guard let first = firstIndex(where: { $0 > 0x20 }), let last = lastIndex(where: { $0 > 0x20 }) else {
      return UnsafeRawBufferPointer(start: baseAddress, count: 0)
    }
    return UnsafeRawBufferPointer(rebasing: self[first...last])
  }

  /// Whether this equals `name` (lower case), or starts with it, ignoring case.
  fileprivate func isField(_ name: StaticString, prefix: Bool = false) -> Bool {
    guard prefix ? count >= name.utf8CodeUnitCount : count == name.utf8CodeUnitCount else { return false }
    for at in 0..<name.utf8CodeUnitCount {
      let byte = self[at]
      let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
      if lower != name.utf8Start[at] { return false }
    }
    return true
  }

  /// A decimal number above 0 and below 10^12.
  fileprivate var decimal: Int? {
    guard (1...12).contains(count), allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    let number = reduce(0) { $0 * 10 + Int($1 - 0x30) }
    return number > 0 ? number : nil
  }

  /// Seconds and a fraction, as ns; up to 126 years, so that a sum with a current time does not overflow.
  fileprivate var seconds: Int64? {
    var (whole, fraction, unit) = (Int64(0), Int64(0), Int64(1_000_000_000))
    var isFraction = false
    var digits = 0
    for byte in self {
      switch byte {
      case 0x2E where !isFraction: isFraction = true
      case 0x30...0x39:
        let digit = Int64(byte - 0x30)
        digits += 1
        if !isFraction {
          whole = whole * 10 + digit
          guard whole < 4_000_000_000 else { return nil }
        } else if unit > 1 {
          unit /= 10
          fraction += digit * unit
        }
      default: return nil
      }
    }
    return digits > 0 ? whole * 1_000_000_000 + fraction : nil
  }
}
