import CommandArguments
import FrameFeedCommand
import Foundation
import FrameBench
import FrameCore
import FrameModels
import FrameSources
import FrameTensors

/// `framefeed compare tensors`: measures the cost of converting frames to a model's tensor.
struct CompareTensorsCommand: Command {
  static let about = CommandText(
    "tensors", "Measure what it costs to get from frames to a model's tensor.",
    discussion: """
      FrameFeed, other libraries, and the least work that any of them needs convert
      the same frames to the same tensor, in turns, from memory, on one thread.
      Every tensor is compared with a decode at full size and a resize in floating
      point. Then several threads are measured: a frame each, and all on one frame.
      """,
    examples: [
      "framefeed compare tensors samples/flight",
      "framefeed compare tensors photos/ --model models/channel-statistics.json --threads 4",
      "framefeed compare tensors clip.y4m --frames 4 --report tensors.json",
    ])

  static let arguments: [Argument<CompareTensorsCommand>] = [
    .source(\.source),
    .manifest(\.model, "model", "The model's manifest."),
    .threads(\.threads, "threads", "Threads to measure scaling with."),
    .framesToMeasure(\.frames),
    .rounds(\.rounds, "How often each of them converts each frame."),
    .peers(\.peers, "the other libraries' program"),
    .group(\.output),
  ]

  var source: [String] = []
  var model: String?
  var threads = 2
  var frames = 6
  var rounds = 10
  var peers: String?
  var output = OutputOptions()

  func run() async throws {
    let manifest = try NamedModel.manifest(model)
    try await ComparisonRun.run(output) { stop, tell in
      let sample = try SampleFrames(try SourceOpener.open(source, options: .plain), limit: frames)
      let others = try others(sample, manifest.input)
      return try TensorComparison(
        sample, manifest, rounds: rounds, threads: threads, peers: others, stop: stop
      ).run { tell($0) }
    }
  }

  /// Returns the other libraries; `nil` outside the repository, or if they cannot make this tensor.
  private func others(_ frames: SampleFrames, _ spec: TensorSpec) throws(BenchError) -> TensorPeers? {
    let place = "samples/peers"
    guard TensorPeers.canMake(spec) else {
      Console.shared.line("no other libraries: they support float32 NCHW rgb with stretch only")
      return nil
    }
    guard peers != nil || FileManager.default.fileExists(atPath: place + "/tensor_peer.py") else {
      Console.shared.line("no other libraries: there is no \(place) here; name the directory with --peers")
      return nil
    }
    return try TensorPeers(directory: peers ?? place, frames, spec)
  }
}
