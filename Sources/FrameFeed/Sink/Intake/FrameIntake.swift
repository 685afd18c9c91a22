import FrameCore
import KafkaTransport

/// One frame for a decoder.
struct FrameWork: ~Copyable, Sendable {
  let record: Record
  let description: FrameDescription
  let place: BatchLine.Place

  /// The record, to be held until the model has answered. A small one lets go of the response that it came in.
  consuming func keepRecord() -> KeptRecord {
    var record = record
    if record.byteCount <= Record.smallCopy { record.detach() }
    return KeptRecord(record)
  }
}

/// Between fetching and decoding: tells what records are, keeps the ledger, and decides which frames go on.
///
/// ``offer(_:deadline:)`` is for the fetching thread, ``next()`` for the decoders, the two about batches for the
/// model's.
protocol FrameIntake: AnyObject, Sendable {
  /// Takes a record over, waiting for room until the deadline (monotonic, ns).
  /// - Returns: the record when there is no room yet.
  func offer(_ record: consuming Record, deadline: Int64) -> Record?
  /// The next frame, with its slot of a batch; waits for it.
  /// - Returns: `nil` when no more will come.
  func next() -> FrameWork?
  /// The model takes a batch.
  /// - Parameter frames: that were placed in it.
  func taken(frames: Int)
  /// The model has answered a batch and the answers are saved.
  func answered(_ entries: [BatchEntry])
  /// No more records will be offered, and none that waits for room is taken; those inside are still handed out.
  func close()
  /// Drops what was not handed out.
  func discard()
  /// Set when the wanted number of frames has been handed out.
  var hasEnough: StopSignal { get }
}

/// Tells where reading stands that records are done with. After a failure none is: what was not saved, and all that
/// came after it, is read again.
struct AnsweredRecords: Sendable {
  let consumer: any RecordConsumer
  let failure: SinkFailure

  func done(_ place: RecordPlace) {
    if failure.error == nil { consumer.done(place) }
  }
}
