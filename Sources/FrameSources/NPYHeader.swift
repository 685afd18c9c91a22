import FrameCore

/// The header of a NumPy array file, versions 1 to 3: a Python dictionary in text.
struct NPYHeader: Equatable {
  /// Frames, height, width, and channels where there are four axes.
  let shape: [Int]
  /// Where the data begins.
  let length: Int

  /// Longest header that is read, bytes: far more than four axes need.
  static let maximumLength = 65_535

  /// - Parameters:
  ///   - bytes: from the start of the file; at least the header.
  ///   - path: named in messages.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(SourceError) {
    func failure(_ problem: String) -> SourceError { .malformed(path, problem: problem) }
    let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    guard bytes.count >= 12, bytes.prefix(6).elementsEqual(magic), (1...3).contains(bytes[6]) else {
      throw failure("no NumPy array file; expected one written by numpy.save")
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
      let axes = Self.tuple("shape", in: text)
    else { throw failure("the NumPy header is damaged; expected descr, fortran_order and shape") }
    guard type == "|u1" || type == "u1" || type == "<u1" else {
      throw failure(
        "holds \(Self.typeName(type)), expected uint8; convert it: numpy.save(\"out.npy\", array.astype(\"uint8\"))"
      )
    }
    guard order == "False" else {
      throw failure("is in Fortran order; save numpy.ascontiguousarray(array)")
    }
    guard axes.count == 3 || axes.count == 4 && [1, 3, 4].contains(axes[3]) else {
      throw failure("has shape \(axes); expected frames x height x width, or x 1, 3 or 4 channels")
    }
    shape = axes
  }

  /// The value of a key, without quotes.
  private static func value(_ key: String, in text: String) -> String? {
    guard let found = text.firstRange(of: "'\(key)':") else { return nil }
    let rest = text[found.upperBound...].drop { $0 == " " }
    return String(rest.prefix { $0 != "," && $0 != "}" }).filter { $0 != "'" && $0 != " " }
  }

  private static func tuple(_ key: String, in text: String) -> [Int]? {
    guard let found = text.firstRange(of: "'\(key)':") else { return nil }
    let rest = text[found.upperBound...].drop { $0 == " " }
    guard rest.first == "(", let end = rest.firstIndex(of: ")") else { return nil }
    var axes: [Int] = []
    for word in rest[rest.index(after: rest.startIndex)..<end].split(separator: ",") {
      let digits = word.filter { $0 != " " }
      guard !digits.isEmpty, digits.count <= 18, let axis = Int(digits), axis >= 0 else { return nil }
      axes.append(axis)
    }
    return axes
  }

  /// NumPy's name for a type code.
  private static func typeName(_ code: String) -> String {
    let kinds: [Character: String] = ["f": "float", "i": "int", "u": "uint", "c": "complex"]
    let bare = code.drop { "<>|=".contains($0) }
    guard let kind = bare.first, let name = kinds[kind], let bytes = Int(bare.dropFirst()), bytes < 64 else {
      return "type \(code)"
    }
    return "\(name)\(bytes * 8)"
  }
}
