import FrameCore
import FrameModels

/// The model's answer for one frame.
struct ResultRow {
  let identity: FrameIdentity
  /// Scheduled to inferred, ns; `nil` between two clocks whose offset was asked for and is not known.
  let latency: Int64?
  let outputs: [ModelOutput]
  /// Those of the frame's batch; not-a-number stands for absent.
  let rows: AnswerRows
  /// Which of them is this frame's.
  let frame: Int

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
    for (position, output) in outputs.enumerated() {
      if position > 0 { line.append(text: ",") }
      line.append(quoted: output.name)
      line.append(text: ":")
      let numbers = rows.numbers(frame: frame, output: position)
      if output.isList {
        Self.append(list: numbers, of: output.count, to: &line)
      } else if output.count == 1, let number = numbers.first {
        Self.append(number, to: &line)
      } else {
        Self.append(group: numbers, to: &line)
      }
    }
    line.append(text: "}}\n")
  }

  private static func append(_ number: Double, to line: inout [UInt8]) {
    line.append(text: number.isFinite ? "\(number)" : "null")
  }

  private static func append(group numbers: ArraySlice<Double>, to line: inout [UInt8]) {
    line.append(text: "[")
    for (position, number) in numbers.enumerated() {
      if position > 0 { line.append(text: ",") }
      append(number, to: &line)
    }
    line.append(text: "]")
  }

  private static func append(list numbers: ArraySlice<Double>, of count: Int, to line: inout [UInt8]) {
    line.append(text: "[")
    for start in stride(from: numbers.startIndex, to: numbers.endIndex, by: count) {
      if start > numbers.startIndex { line.append(text: ",") }
      append(group: numbers[start..<start + count], to: &line)
    }
    line.append(text: "]")
  }
}
