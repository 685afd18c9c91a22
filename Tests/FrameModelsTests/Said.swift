import FrameCore
import FrameTensors

@testable import FrameModels

/// What a model says of its batches, kept by ticket.
final class Said: BatchReceiver {
  let outcomes = Monitor<[Int: BatchOutcome]>([:])

  func settle(_ ticket: Int, _ outcome: consuming BatchOutcome) {
    let outcome = outcome
    outcomes.withLock { $0[ticket] = outcome }
    outcomes.wakeAll()
  }

  /// Asks a model that answers at once.
  static func by(
    _ model: any Model, _ batch: BatchTensor, _ frames: [FrameIdentity]
  ) throws -> AnswerRows {
    let said = Said()
    model.take(PendingBatch(tensor: batch, frames: frames, ticket: 7, receiver: said))
    switch said.outcomes.withLock({ $0[7] }) {
    case .answered(let rows): return rows
    case .failed(let error): throw error
    case .dropped, nil: throw ModelError.inference(model: model.manifest.name, reason: "no answer")
    }
  }
}
