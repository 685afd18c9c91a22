import FrameCore
import FrameTensors
import Testing

@testable import FrameModels

@Suite struct BuiltinTests {
  /// Runs one batch of frames, each given by its elements in memory order.
  private func run(
    _ model: any Model, _ frames: [[Float]], _ names: [String], runs: [String]? = nil
  ) throws -> [Double] {
    let spec = model.manifest.input
    let batch = try #require(TensorPool(spec: spec, batches: 1).take())
    for (slot, frame) in frames.enumerated() {
      batch.withSlot(slot) { bytes in
        for (i, value) in frame.enumerated() {
          switch spec.type {
          case .float32: bytes.storeBytes(of: value, toByteOffset: 4 * i, as: Float.self)
          case .float16: bytes.storeBytes(of: Float16(value), toByteOffset: 2 * i, as: Float16.self)
          case .uint8: bytes[i] = UInt8(value)
          }
        }
      }
    }
    batch.count = frames.count
    let identities = names.enumerated().map {
      FrameIdentity(feed: $0.element, run: runs?[$0.offset] ?? "r", sequence: nil)
    }
    let rows = try Said.by(model, batch, identities)
    #expect(rows.count == frames.count)
    return (0..<rows.count).flatMap { frame in
      model.outputs.indices.flatMap { rows.numbers(frame: frame, output: $0) }
    }
  }

  private func model(_ name: String, _ spec: TensorSpec) throws -> any Model {
    try ModelRegistry.make(
      ModelManifest(name: name, runtime: ModelRuntime(kind: .builtin, model: nil), input: spec))
  }

  @Test func statisticsOfKnownTensors() throws {
    let planes: [[Float]] = [[1, 2, 3, 4], [5, 5, 5, 5], [0, 10, 0, 10]]
    for layout in TensorSpec.Layout.allCases {
      for type in TensorSpec.Element.allCases {
        let spec = TensorSpec(width: 2, height: 2, layout: layout, type: type, batch: 2)
        let model = try model("channel-statistics", spec)
        #expect(model.outputs.map(\.name) == ["mean", "std"])
        #expect(model.outputs.map(\.count) == [3, 3])
        let frame = layout == .nchw ? planes.flatMap { $0 } : (0..<4).flatMap { i in planes.map { $0[i] } }
        let values = try run(model, [frame, frame], ["a", "b"])
        let row = [2.5, 5, 5, 1.25.squareRoot(), 0, 5]
        #expect(values == row + row)
      }
    }
  }

  @Test func statisticsOfOneChannel() throws {
    let model = try model("channel-statistics", TensorSpec(width: 3, height: 1, color: .gray))
    #expect(try run(model, [[3, 3, 9]], ["a"]) == [5, 8.0.squareRoot()])
  }

  @Test func motionComparesWithinAFeed() throws {
    for type in TensorSpec.Element.allCases {
      let spec = TensorSpec(width: 2, height: 1, type: type, color: .gray, batch: 4)
      let model = try model("motion", spec)
      let first = try run(model, [[0, 0], [100, 100], [4, 0], [90, 120]], ["a", "b", "a", "b"])
      #expect(first[0].isNaN && first[1].isNaN && first[2...] == [2, 15])
      // State lives from batch to batch; a new run of the source starts anew.
      let second = try run(model, [[4, 1], [4, 2], [4, 2]], ["a", "a", "a"], runs: ["r", "s", "s"])
      #expect(second[0] == 0.5 && second[1].isNaN && second[2] == 0)
    }
  }

  @Test func motionForgetsTheFeedNotSeenForLongest() throws {
    let spec = TensorSpec(width: 1, height: 1, type: .uint8, color: .gray)
    let model = try #require(try model("motion", spec) as? MotionModel)
    for feed in 0..<MotionModel.maximumFeeds { _ = try run(model, [[1]], ["\(feed)"]) }
    #expect(try run(model, [[2]], ["0"]) == [1])
    #expect(try run(model, [[9]], ["new"])[0].isNaN)
    #expect(model.feedCount == MotionModel.maximumFeeds)
    #expect(try run(model, [[2]], ["0"]) == [0])
    #expect(try run(model, [[2]], ["1"])[0].isNaN)
  }

  @Test func nullHasNoResults() throws {
    #expect(try run(try model("null", TensorSpec(width: 1, height: 1)), [[1, 2, 3]], ["a"]).isEmpty)
  }

  @Test func refusesABatchThatDoesNotMatch() throws {
    let model = try model("channel-statistics", TensorSpec(width: 1, height: 1))
    #expect(throws: ModelError.self) { try run(model, [[1, 2, 3]], []) }
    let other = try #require(TensorPool(spec: TensorSpec(width: 2, height: 1), batches: 1).take())
    #expect(throws: ModelError.self) { try Said.by(model, other, []) }
  }

  /// Several batches wait side by side, and each is answered.
  @Test func nullWaitsForSeveralAtATime() throws {
    var runtime = ModelRuntime(kind: .builtin)
    (runtime.delayMilliseconds, runtime.maximumInFlight) = (30, 4)
    let model = NullModel(
      ModelManifest(name: "null", runtime: runtime, input: TensorSpec(width: 1, height: 1)))
    let pool = TensorPool(spec: model.manifest.input, batches: 4)
    let said = Said()
    for ticket in 0..<4 {
      let tensor = try #require(pool.take())
      tensor.count = 1
      let frames = [FrameIdentity(feed: "a", run: "r", sequence: ticket)]
      model.take(PendingBatch(tensor: tensor, frames: frames, ticket: ticket, receiver: said))
    }
    #expect(said.outcomes.withLock { $0.isEmpty }, "none is answered at once")
    let answered = said.outcomes.withLock(waitingUntil: { $0.count == 4 }) { $0.keys.sorted() }
    #expect(answered == [0, 1, 2, 3])
  }
}
