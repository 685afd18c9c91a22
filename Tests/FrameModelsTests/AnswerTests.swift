import FrameCore
import FrameTensors
import Testing

@testable import FrameModels

@Suite struct AnswerTests {
  private let boxes = [
    ModelOutput(name: "count", count: 1), ModelOutput(name: "boxes", count: 4, isList: true),
  ]

  @Test func rowsOfVariableLength() {
    var rows = AnswerRows()
    rows.beginFrame(outputs: 2)
    rows.append([2])
    rows.append([1, 2, 3, 4, 5, 6, 7, 8])
    rows.appendFailure("too dark", outputs: 2)
    rows.beginFrame(outputs: 2)
    rows.append([0])
    rows.append([])
    #expect(rows.problem(frames: 3, outputs: boxes) == nil)
    #expect(Array(rows.numbers(frame: 0, output: 1)) == [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(rows.numbers(frame: 2, output: 1).isEmpty && Array(rows.numbers(frame: 2, output: 0)) == [0])
    #expect([0, 1, 2].map { rows.failure(frame: $0) } == [nil, "too dark", nil])
    rows.removeAll()
    #expect(rows.count == 0 && rows.failure(frame: 1) == nil)
    #expect(rows.problem(frames: 0, outputs: boxes) == nil)
  }

  @Test func rowsThatDoNotFitAreNamed() {
    var rows = AnswerRows()
    rows.beginFrame(outputs: 2)
    rows.append([2])
    #expect(rows.problem(frames: 1, outputs: boxes) == "the last frame's row lacks 1 outputs")
    rows.append([1, 2, 3])
    #expect(
      rows.problem(frames: 1, outputs: boxes)
        == "output \"boxes\" of frame 0 has 3 numbers; it must have a multiple of 4")
    #expect(rows.problem(frames: 2, outputs: boxes) == "1 rows for 2 frames")
    #expect(rows.problem(frames: 1, outputs: [boxes[0]]) == "2 outputs a row; the model has 1")
    var short = AnswerRows()
    short.beginFrame(outputs: 1)
    short.append([])
    #expect(
      short.problem(frames: 1, outputs: [boxes[0]])
        == "output \"count\" of frame 0 has 0 numbers; it must have 1")
  }

  private func pending(_ said: Said) throws -> PendingBatch {
    let tensor = try #require(TensorPool(spec: TensorSpec(width: 1, height: 1), batches: 1).take())
    return PendingBatch(tensor: tensor, frames: [], ticket: 3, receiver: said)
  }

  /// Each way exactly one word.
  @Test func aBatchIsSettledOnce() throws {
    let answered = Said()
    try pending(answered).answer(AnswerRows())
    guard case .answered? = answered.outcomes.withLock({ $0[3] }) else { throw Wrong() }
    let failed = Said()
    try pending(failed).fail(.inference(model: "m", reason: "no"))
    guard case .failed(.inference(model: "m", reason: "no"))? = failed.outcomes.withLock({ $0[3] }) else {
      throw Wrong()
    }
    let dropped = Said()
    do { _ = try pending(dropped) }
    guard case .dropped? = dropped.outcomes.withLock({ $0[3] }) else { throw Wrong() }
  }

  private struct Wrong: Error {}

  @Test func aDirectModelThatFailsFailsItsBatch() throws {
    final class Broken: DirectModel {
      let manifest = ModelManifest(
        name: "broken", runtime: ModelRuntime(kind: .builtin), input: TensorSpec(width: 1, height: 1))
      let outputs = [ModelOutput(name: "x", count: 2)]
      func infer(_: BatchTensor, frames: [FrameIdentity], values: inout [Double]) throws(ModelError) {
        if frames.isEmpty { throw .inference(model: "broken", reason: "nothing to do") }
        // Numbers it had no business to make.
        values.append(1)
      }
    }
    let model = Broken()
    let tensor = try #require(TensorPool(spec: model.manifest.input, batches: 1).take())
    #expect(throws: ModelError.inference(model: "broken", reason: "nothing to do")) {
      try Said.by(model, tensor, [])
    }
    let frame = FrameIdentity(feed: "a", run: "r", sequence: 0)
    let rows = try Said.by(model, tensor, [frame])
    #expect(rows.problem(frames: 1, outputs: model.outputs) == "3 numbers where the rows have 2")
  }
}
