import FrameCore
import FrameModels

/// The model's answer for one frame.
struct ResultRow {
  let identity: FrameIdentity
  /// The time from scheduled to inferred, ns; `nil` when ``HostClocks/measures(_:)`` is false for the frame's clock.
  let latency: Int64?
  let outputs: [ModelOutput]
  /// The rows of the frame's batch; not-a-number means absent.
  let rows: AnswerRows
  /// The index of this frame in `rows`.
  let frame: Int

  /// Appends the row as one line of JSON. Parsing the numbers gives the same bits.
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
