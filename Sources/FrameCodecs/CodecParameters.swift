/// The `key=value,key=value` after a codec's name.
struct CodecParameters {
  private let codec: String
  private var values: [(key: String, value: String)] = []

  init(_ codec: String, _ text: Substring?) throws(CodecError) {
    self.codec = codec
    guard let text else { return }
    for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = pair.split(separator: "=", omittingEmptySubsequences: false)
      guard parts.count == 2, !parts[0].isEmpty else {
        throw .parameter(codec: codec, problem: "\"\(pair)\" is not key=value")
      }
      guard !values.contains(where: { $0.key == parts[0] }) else {
        throw .parameter(codec: codec, problem: "\(parts[0]) is given twice")
      }
      values.append((String(parts[0]), String(parts[1])))
    }
  }

  var isEmpty: Bool { values.isEmpty }

  private mutating func take(_ key: String) -> String? {
    guard let at = values.firstIndex(where: { $0.key == key }) else { return nil }
    return values.remove(at: at).value
  }

  mutating func integer(_ key: String, in range: ClosedRange<Int>) throws(CodecError) -> Int? {
    guard let text = take(key) else { return nil }
    guard let value = Int(text), range.contains(value) else {
      throw .parameter(
        codec: codec,
        problem: "\(key)=\(text) is out of range; expected \(range.lowerBound)...\(range.upperBound)")
    }
    return value
  }

  mutating func choice<C: RawRepresentable<String> & CaseIterable>(_ key: String) throws(CodecError) -> C? {
    guard let text = take(key) else { return nil }
    guard let value = C(rawValue: text) else {
      let known = C.allCases.map(\.rawValue).joined(separator: ", ")
      throw .parameter(codec: codec, problem: "\(key)=\(text) is unknown; expected one of \(known)")
    }
    return value
  }

  func checkAllUsed() throws(CodecError) {
    guard let (key, _) = values.first else { return }
    let known =
      ["jpeg": "quality, subsampling and restart", "zstd": "level and filter"][codec] ?? "no parameter"
    throw .parameter(codec: codec, problem: "unknown parameter \(key); the codec accepts \(known)")
  }
}
