/// Orders names with numbers by value: `frame2` before `frame10`.
enum NaturalOrder {
  /// Whether `left` comes before `right`. Runs of digits compare by value, everything else by its bytes; names that
  /// differ only in leading zeros keep a stable order.
  static func precedes(_ left: String, _ right: String) -> Bool {
    precedes(Array(left.utf8), Array(right.utf8))
  }

  static func precedes(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      guard isDigit(a[i]), isDigit(b[j]) else {
        if a[i] != b[j] { return a[i] < b[j] }
        i += 1
        j += 1
        continue
      }
      let (first, second) = (number(a, &i), number(b, &j))
      // Without leading zeros, longer numbers are larger.
      if first.count != second.count { return first.count < second.count }
      if first != second { return first.lexicographicallyPrecedes(second) }
    }
    if i < a.count || j < b.count { return j < b.count }
    return a.lexicographicallyPrecedes(b)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func number(_ bytes: [UInt8], _ at: inout Int) -> ArraySlice<UInt8> {
    let start = at
    while at < bytes.count, isDigit(bytes[at]) { at += 1 }
    return bytes[start..<at].drop { $0 == 0x30 }
  }
}
