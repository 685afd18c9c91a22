import FrameFeed

/// A model of one's own: how bright each frame is, 0 (black) to 1 (white).
final class Brightness: DirectModel {
  let manifest = ModelManifest(
    name: "brightness", runtime: ModelRuntime(kind: .builtin),
    input: TensorSpec(width: 64, height: 64, type: .float32, color: .gray, scale: 1.0 / 255, batch: 8))
  let outputs = [ModelOutput(name: "brightness", count: 1)]

  func infer(
    _ batch: BatchTensor, frames: [FrameIdentity], values: inout [Double]
  ) throws(ModelError) {
    try prepare(batch, frames, &values)
    for slot in 0..<batch.count {
      batch.withSlot(slot) { bytes in
        let pixels = bytes.bindMemory(to: Float.self)
        values[slot] = Double(pixels.reduce(0, +)) / Double(pixels.count)
      }
    }
  }
}

/// Reads a topic to its end: brightness BROKER TOPIC RESULTS.jsonl
@main struct Program {
  static func main() throws {
    let words = CommandLine.arguments
    guard words.count == 4 else { fatalError("usage: brightness BROKER TOPIC RESULTS.jsonl") }
    let model = Brightness()
    var options = SinkOptions(model: model.manifest, kafka: KafkaSettings(brokers: words[1]))
    (options.topic, options.group, options.untilEnd) = (words[2], "brightness", true)
    options.results = .file(words[3])
    guard let outcome = try FeedSink(options, model: model).sink() else { return }
    print(outcome.report.table())
  }
}
