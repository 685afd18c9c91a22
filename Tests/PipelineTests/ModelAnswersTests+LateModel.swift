import FrameCore
import FrameLatency
import FrameModels
import FrameTensors
import KafkaTransport
import Testing

@testable import FrameFeed

/// The model that the tests answer for.
extension ModelAnswersTests {
  /// Keeps its batches until it is told what to say of them.
  final class LateModel: Model {
    let manifest: ModelManifest
    let outputs = [ModelOutput(name: "x", count: 1), ModelOutput(name: "boxes", count: 2, isList: true)]

    private final class Held: @unchecked Sendable {
      // Sound: taken out under the lock, by one.
      var batch: PendingBatch?
      init(_ batch: consuming PendingBatch) { self.batch = consume batch }
    }

    private let held = Monitor<[Held]>([])

    init(inFlight: Int, batch: Int = 1) {
      var runtime = ModelRuntime(kind: .builtin)
      runtime.maximumInFlight = inFlight
      manifest = ModelManifest(
        name: "late", runtime: runtime, input: TensorSpec(width: 1, height: 1, batch: batch))
    }

    func take(_ batch: consuming PendingBatch) {
      let one = Held(batch)
      held.withLock { $0.append(one) }
      held.wakeAll()
    }

    func wait(for count: Int) { held.withLock(waitingUntil: { $0.count >= count }) { _ in } }
    var count: Int { held.withLock { $0.count } }

    /// Of those that it has, oldest first.
    func remove(_ position: Int) -> PendingBatch? {
      let one = held.withLock { $0.remove(at: position) }
      return one.batch.take()
    }

    /// Answers one of those that are there, if another was not faster.
    func answerAny() {
      let one: Held? = held.withLock(waitingUntil: { !$0.isEmpty }) { held in
        held.remove(at: Int.random(in: 0..<held.count))
      }
      if let batch = one?.batch.take() { answer(batch) }
    }

    /// Answers with the frames' numbers; `refusing` some.
    func answer(_ position: Int, refusing: Set<Int> = []) {
      if let batch = remove(position) { answer(batch, refusing: refusing) }
    }

    private func answer(_ batch: consuming PendingBatch, refusing: Set<Int> = []) {
      var rows = AnswerRows()
      for frame in batch.frames {
        let sequence = frame.sequence ?? -1
        if refusing.contains(sequence) {
          rows.appendFailure("too dark", outputs: 2)
        } else {
          rows.beginFrame(outputs: 2)
          rows.append([Double(sequence)])
          rows.append((0..<(2 * sequence)).map { Double($0) })
        }
      }
      batch.answer(rows)
    }
  }
}
