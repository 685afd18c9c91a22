/// Reads Kafka's primitive types from a response of an untrusted server: big-endian numbers, and texts and arrays with
/// their length in front.
struct WireReader: ~Escapable {
  /// The response ends before its announced length, or announces an impossible one.
  struct Malformed: Error {}

  private let bytes: RawSpan
  private var at = 0

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan) { self.bytes = bytes }

  var left: Int { bytes.byteCount - at }

  @_lifetime(self: copy self)
  mutating func number<Number: FixedWidthInteger>(_ type: Number.Type = Number.self) throws(Malformed)
    -> Number
  {
    let count = Number.bitWidth / 8
    guard left >= count else { throw Malformed() }
    defer { at += count }
    return (0..<count).reduce(0) {
      $0 << 8 | Number(truncatingIfNeeded: bytes.unsafeLoad(fromByteOffset: at + $1, as: UInt8.self))
    }
  }

  /// Reads a text with its length as two bytes.
  @_lifetime(self: copy self)
  mutating func text() throws(Malformed) -> String {
    let count = Int(try number(Int16.self))
    guard count >= 0, left >= count else { throw Malformed() }
    defer { at += count }
    return bytes.extracting(at..<at + count).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }

  /// Reads the number of elements that follow, each of at least `size` bytes.
  @_lifetime(self: copy self)
  mutating func count(ofAtLeast size: Int) throws(Malformed) -> Int {
    let count = Int(try number(Int32.self))
    guard count >= 0, count <= left / size else { throw Malformed() }
    return count
  }
}
