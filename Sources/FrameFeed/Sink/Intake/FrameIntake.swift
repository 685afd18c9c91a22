import FrameCore
import KafkaTransport

/// One frame for a decoder.
struct FrameWork: ~Copyable, Sendable {
  let record: Record
  let description: FrameDescription
  let place: BatchLine.Place

  /// Returns the record, to be kept until the model has answered. A small one is copied, to free the fetch response.
  consuming func keepRecord() -> KeptRecord {
    var record = record
    if record.byteCount <= Record.smallCopy { record.detach() }
    return KeptRecord(record)
  }
}

/// The stage between fetching and decoding: parses records, updates the ledger, and selects the frames to decode.
///
/// The fetching thread calls ``offer(_:deadline:)``, the decoders ``next()``, and the model's thread the two methods
/// about batches.
protocol FrameIntake: AnyObject, Sendable {
  /// Accepts a record; waits for room until the deadline (monotonic, ns).
  /// - Returns: the record if there is no room yet.
  func offer(_ record: consuming Record, deadline: Int64) -> Record?
  /// Waits for the next frame and returns it with its slot of a batch.
  /// - Returns: `nil` when no more frames will come.
  func next() -> FrameWork?
  /// Reports that the model gets a batch.
  /// - Parameter frames: the number of slots given away in it.
  func batchStarted(frames: Int)
  /// Reports that the model has answered a batch and the answers are saved.
  func batchAnswered(_ entries: [BatchEntry])
  /// Accepts no more records, not even one that waits for room; records inside are still returned.
  func close()
  /// Drops the records that were not returned.
  func discard()
  /// Requested when the wanted number of frames was returned.
  var isSatisfied: StopSignal { get }
}

/// Marks records as done at the consumer. After a failure it marks none: records without a saved answer, and all later
/// ones, are read again.
struct AnsweredRecords: Sendable {
  let consumer: any RecordConsumer
  let failure: SinkFailure

  func done(_ place: RecordPlace) {
    if failure.error == nil { consumer.done(place) }
  }
}
