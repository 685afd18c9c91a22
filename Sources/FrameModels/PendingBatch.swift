public import FrameCore
public import FrameTensors

/// One batch in flight at a model, to be answered or failed once, on any thread, now or later.
///
/// If it is dropped without an answer, its records do not count as read: the sink ends, and the next start reads them
/// again.
public struct PendingBatch: ~Copyable, Sendable {
  /// Frames are in its first `tensor.count` slots. Unchanged until the batch is answered.
  public let tensor: BatchTensor
  /// The identities of these frames, `tensor.count` of them.
  public private(set) var frames: [FrameIdentity]
  private let ticket: Int
  private let receiver: any BatchReceiver
  private var rows: AnswerRows
  private var isSettled = false

  /// - Parameters:
  ///   - ticket: identifies the batch for the receiver.
  ///   - rows: empty rows with reused memory.
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

  /// Returns empty rows with reused memory, to be filled and passed to ``answer(_:)``.
  public mutating func takeRows() -> AnswerRows {
    var rows = AnswerRows()
    swap(&rows, &self.rows)
    return rows
  }

  /// Answers the batch. Rows that do not match the frames or the model's outputs fail it.
  public consuming func answer(_ rows: consuming AnswerRows) {
    isSettled = true
    // The array's memory is reused.
    frames = []
    receiver.settle(ticket, .answered(rows))
  }

  /// Reports that the model cannot answer this batch. The sink ends; the next start reads the batch again.
  public consuming func fail(_ error: ModelError) {
    isSettled = true
    receiver.settle(ticket, .failed(error))
  }
}

/// The result of a batch.
public enum BatchOutcome: Sendable {
  case answered(AnswerRows)
  case failed(ModelError)
  /// The model released the batch without an answer.
  case dropped
}

/// Receives the results of batches, on any thread and in any order.
public protocol BatchReceiver: AnyObject, Sendable {
  /// Called once for each batch.
  func settle(_ ticket: Int, _ outcome: consuming BatchOutcome)
}
