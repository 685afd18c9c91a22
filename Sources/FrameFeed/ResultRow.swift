import FrameCore
import FrameModels

/// The model's answer for one frame.
struct ResultRow {
  let identity: FrameIdentity
  /// Scheduled to inferred, ns; `nil` between two clocks whose offset was asked for and is not known.
  let latency: Int64?
  let outputs: [ModelOutput]
  /// One number after the other, as `outputs` says; not-a-number stands for absent.
  let values: ArraySlice<Double>

  /// Appends the row as one line of JSON. Numbers are written so that reading them gives the same bits.
  func write(to line: inout [UInt8]) {
    line.append(text: "{\"feed\":")
    line.append(quoted: identity.feed)
    if !identity.run.isEmpty {
      line.append(text: ",\"run\":")
      line.append(quoted: identity.run)
    }
    if let sequence = identity.sequence { line.append(text: ",\"sequence\":\(sequence)") }
    if let latency { line.append(text: ",\"latencyMs\":\(Double(latency) / 1e6)") }
    line.append(text: ",\"outputs\":{")
    var at = values.startIndex
    for (position, output) in outputs.enumerated() {
      if position > 0 { line.append(text: ",") }
      line.append(quoted: output.name)
      line.append(text: output.count == 1 ? ":" : ":[")
      for number in 0..<output.count {
        if number > 0 { line.append(text: ",") }
        line.append(text: values[at].isFinite ? "\(values[at])" : "null")
        at += 1
      }
      if output.count != 1 { line.append(text: "]") }
    }
    line.append(text: "}}\n")
  }
}

extension [UInt8] {
  mutating func append(text: String) { append(contentsOf: text.utf8) }

  /// A JSON string (RFC 8259, 7): names come from the network.
  mutating func append(quoted text: String) {
    append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        append(UInt8(ascii: "\\"))
        append(byte)
      case ..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        append(text: "\\u00")
        append(digits[Int(byte >> 4)])
        append(digits[Int(byte & 15)])
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }
}
