/// A number in a timestamps file, exact to its ninth decimal: a `Double` cannot hold nanoseconds since 1970.
struct RecordedTime: Equatable {
  /// The number times 10^9, in the unit of the file.
  let scaled: Int128

  /// Reads an optional sign, digits with or without a decimal point, and an optional exponent.
  init?(_ text: Substring) {
    let isNegative = text.first == "-"
    let digits = text.drop { $0 == "-" || $0 == "+" }
    guard text.count - digits.count <= 1, let first = digits.utf8.first, Self.isDigit(first) || first == 0x2E
    else {
      return nil
    }
    let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count == 2 ? parts[1] : ""
    if parts[0].utf8.allSatisfy(Self.isDigit), fraction.utf8.allSatisfy(Self.isDigit) {
      guard parts[0].utf8.count + fraction.utf8.count > 0, parts[0].utf8.count <= 19 else { return nil }
      let whole = Int128(parts[0].isEmpty ? "0" : parts[0]) ?? 0
      let decimals = fraction.prefix(9)
      let nine = (Int128(decimals) ?? 0) * Self.power(9 - decimals.utf8.count)
      scaled = (whole * 1_000_000_000 + nine) * (isNegative ? -1 : 1)
    } else {
      // A number with an exponent needs no more digits than a `Double` has.
      guard !text.utf8.contains(where: { $0 | 0x20 == 0x78 }), let value = Double(text), abs(value) < 1e19
      else {
        return nil  // hexadecimal, which Swift reads too
      }
      scaled = Int128((value * 1e9).rounded())
    }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

  private static func power(_ exponent: Int) -> Int128 {
    (0..<exponent).reduce(1) { value, _ in value * 10 }
  }

  /// The unit of the numbers of a file.
  enum Unit: String, CaseIterable {
    case seconds
    case milliseconds
    case microseconds
    case nanoseconds

    var nanoseconds: Int128 {
      switch self {
      case .seconds: 1_000_000_000
      case .milliseconds: 1_000_000
      case .microseconds: 1000
      case .nanoseconds: 1
      }
    }

    /// Guesses the unit from the size: a current time has 10 digits in seconds since 1970, in the others 13, 16 and 19.
    init(likely time: RecordedTime) {
      let whole = time.scaled.magnitude / 1_000_000_000
      self =
        whole < 100_000_000_000
        ? .seconds
        : whole < 100_000_000_000_000
          ? .milliseconds : whole < 100_000_000_000_000_000 ? .microseconds : .nanoseconds
    }

    /// Reads the unit from a line above the times: `#timestamp [ns],filename`, `time (us)`, `stamp_ms`, `ns,name`,
    /// `times in s`.
    init?(header: Substring) {
      let text = header.lowercased()
      let field = text.drop { "#% ".contains($0) }.prefix { !",;\t ".contains($0) }
      let names: [(Unit, [String])] = [
        (.nanoseconds, ["ns", "nsec", "nanoseconds"]), (.microseconds, ["us", "usec", "microseconds"]),
        (.milliseconds, ["ms", "msec", "milliseconds"]), (.seconds, ["s", "sec", "seconds"]),
      ]
      for (unit, words) in names {
        for word in words
        where field == word || field.hasSuffix("_" + word) || text.contains("[\(word)]")
          || text.contains("(\(word))") || (text + " ").contains(" in \(word) ")
        {
          self = unit
          return
        }
      }
      return nil
    }
  }
}
