import FrameCore

/// The header of a NumPy array file, versions 1 to 3, written by Python 2 or 3: a Python dictionary as text.
struct NPYHeader: Equatable {
  /// The length of each axis.
  let shape: [Int]
  /// Whether elements along the first axis are adjacent in memory.
  let isFortran: Bool
  /// The start of the data, bytes from the start of the header.
  let length: Int

  /// Longest header accepted, bytes: far more than four axes need.
  static let maximumLength = 65_535

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// - Parameters:
  ///   - bytes: from the start of an array; at least its header.
  ///   - path: named in messages.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(SourceError) {
    func failure(_ problem: String) -> SourceError { .malformed(path, problem: problem) }
    guard bytes.count >= 12, bytes.prefix(6).elementsEqual(Self.magic), (1...3).contains(bytes[6]) else {
      throw failure("not a NumPy array file; expected one written by numpy.save")
    }
    let isFirst = bytes[6] == 1
    let start = isFirst ? 10 : 12
    var size = Int(bytes[8]) | Int(bytes[9]) << 8
    if !isFirst { size |= Int(bytes[10]) << 16 | Int(bytes[11]) << 24 }
    guard start + size <= min(bytes.count, Self.maximumLength) else {
      throw failure("the NumPy header is cut off or too long")
    }
    length = start + size
    let text = String(decoding: bytes[start..<start + size], as: UTF8.self)
    guard let type = Self.value("descr", in: text), let order = Self.value("fortran_order", in: text),
      let axes = Self.tuple("shape", in: text), order == "True" || order == "False"
    else { throw failure("the NumPy header is damaged; expected descr, fortran_order and shape") }
    guard type.drop(while: { "<>|=".contains($0) }) == "u1" else {
      throw failure("holds \(Self.typeName(type)), expected uint8; convert it: \(Self.conversion(type))")
    }
    shape = axes
    isFortran = order == "True"
  }

  /// Returns the text after a key, which Python quotes with either kind of quotation mark.
  private static func rest(_ key: String, in text: String) -> Substring? {
    for quote in ["'", "\""] {
      guard let found = text.firstRange(of: "\(quote)\(key)\(quote)") else { continue }
      let rest = text[found.upperBound...].drop { $0 == " " }
      guard rest.first == ":" else { continue }
      return rest.dropFirst().drop { $0 == " " }
    }
    return nil
  }

  /// Returns the value of a key, without quotes.
  private static func value(_ key: String, in text: String) -> String? {
    rest(key, in: text).map { rest in
      String(rest.prefix { $0 != "," && $0 != "}" }).filter { !"'\" ".contains($0) }
    }
  }

  private static func tuple(_ key: String, in text: String) -> [Int]? {
    guard let rest = rest(key, in: text), rest.first == "(", let end = rest.firstIndex(of: ")") else {
      return nil
    }
    var axes: [Int] = []
    for word in rest[rest.index(after: rest.startIndex)..<end].split(separator: ",") {
      var digits = word.filter { $0 != " " }
      if digits.isEmpty { continue }
      // Python 2 appends L to its long integers.
      if digits.last == "L" { digits.removeLast() }
      guard digits.count <= 18, let axis = Int(digits), axis >= 0 else { return nil }
      axes.append(axis)
    }
    return axes
  }

  /// Returns NumPy's name for a type code.
  private static func typeName(_ code: String) -> String {
    let kinds: [Character: String] = ["f": "float", "i": "int", "u": "uint", "c": "complex"]
    let bare = code.drop { "<>|=".contains($0) }
    if bare == "b1" { return "bool" }
    guard let kind = bare.first, let name = kinds[kind], let bytes = Int(bare.dropFirst()), bytes < 64 else {
      return "type \(code)"
    }
    return "\(name)\(bytes * 8)"
  }

  /// Returns a line of Python that converts the array to bytes: for unsigned integers the high byte, so that every
  /// picture is converted alike; for other types the proportion of the maximum.
  private static func conversion(_ code: String) -> String {
    let bare = code.drop { "<>|=".contains($0) }
    let pixels =
      switch bare.first {
      case "b": "array.astype(\"uint8\") * 255"
      case "u" where bare.count == 2: "(array >> \((Int(bare.dropFirst()) ?? 1) * 8 - 8)).astype(\"uint8\")"
      default: "(array / array.max() * 255).clip(0, 255).astype(\"uint8\")"
      }
    return "numpy.save(\"out.npy\", \(pixels))"
  }
}
