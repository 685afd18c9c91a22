public import FrameCore
public import FrameTensors

/// One batch that is with a model: answered or failed once, from any thread, now or later.
///
/// Dropped unanswered, its records are not counted as read: the sink ends, and the next start reads them again.
public struct PendingBatch: ~Copyable, Sendable {
  /// Its first `tensor.count` slots hold the frames. Stays as it is until the batch was answered.
  public let tensor: BatchTensor
  /// Which frames those are, `tensor.count` of them.
  public private(set) var frames: [FrameIdentity]
  private let ticket: Int
  private let receiver: any BatchReceiver
  private var rows: AnswerRows
  private var isSettled = false

  /// - Parameters:
  ///   - ticket: tells batches apart, for the receiver.
  ///   - rows: empty, with the memory of earlier ones.
  public init(
    tensor: BatchTensor, frames: [FrameIdentity], ticket: Int, rows: consuming AnswerRows = AnswerRows(),
    receiver: any BatchReceiver
  ) {
    self.tensor = tensor
    self.frames = frames
    self.ticket = ticket
    self.rows = rows
    self.receiver = receiver
  }

  deinit {
    if !isSettled { receiver.settle(ticket, .dropped) }
  }

  /// Empty rows with the memory of earlier ones, to be filled and given to ``answer(_:)``.
  public mutating func takeRows() -> AnswerRows {
    var rows = AnswerRows()
    swap(&rows, &self.rows)
    return rows
  }

  /// Says what the model found. Rows that do not fit the frames or the model's outputs fail the batch.
  public consuming func answer(_ rows: consuming AnswerRows) {
    isSettled = true
    // Their memory is used again.
    frames = []
    receiver.settle(ticket, .answered(rows))
  }

  /// Says that the model cannot answer this batch. The sink ends; the next start reads the batch again.
  public consuming func fail(_ error: ModelError) {
    isSettled = true
    receiver.settle(ticket, .failed(error))
  }
}

/// What became of a batch.
public enum BatchOutcome: Sendable {
  case answered(AnswerRows)
  case failed(ModelError)
  /// The model let it go without a word.
  case dropped
}

/// Takes what models say, from any thread and in any order.
public protocol BatchReceiver: AnyObject, Sendable {
  /// Called once for each batch.
  func settle(_ ticket: Int, _ outcome: consuming BatchOutcome)
}
