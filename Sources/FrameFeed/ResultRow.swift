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
