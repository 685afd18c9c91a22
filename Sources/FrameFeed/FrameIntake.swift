import FrameCore
import KafkaTransport

/// One frame for a decoder.
struct FrameWork: ~Copyable, Sendable {
  let record: Record
  let description: FrameDescription
  let place: BatchLine.Place
}

/// Between fetching and decoding: tells what records are, keeps the books, and decides which frames go on.
///
/// ``offer(_:)`` is for the fetching thread, ``next()`` for the decoders, the two about batches for the model's.
protocol FrameIntake: AnyObject, Sendable {
  /// Takes a record over. May wait while there is no room.
  /// - Returns: false once closed; then the record is dropped and will be read again.
  func offer(_ record: consuming Record) -> Bool
  /// The next frame, with its slot of a batch; waits for it.
  /// - Returns: `nil` when no more will come.
  func next() -> FrameWork?
  /// The model takes a batch.
  func taken(_ batch: FrameBatch)
  /// The model has answered a batch and the answers are saved.
  func answered(_ batch: FrameBatch)
  /// No more records will be offered; those inside are still handed out.
  func close()
  /// Drops what was not handed out.
  func discard()
  /// Set when the wanted number of frames has been handed out.
  var hasEnough: StopSignal { get }
}
