import FrameCodecs
import FrameCore
import KafkaTransport

/// The part of ``FrameProducer`` that a stream needs: sends a run's frames and reports on each.
protocol FrameSending: Sendable {
  /// Sends one frame, and with it the number of the run's frames that were due earlier and not sent. Blocks while too
  /// much is in flight.
  /// - Returns: the time of sending, ns since the Unix epoch.
  func send(
    _ payload: consuming FrameBuffer, sequence: Int, dropped: Int, format: PayloadFormat,
    stamps: SourceStamps
  ) throws(TransportError) -> Int64
  /// Sends the record that ends the run. Waits for room until the deadline (monotonic, ns).
  func sendEnd(count: Int, dropped: Int, deadline: Int64) throws(TransportError)
  /// Waits for the broker's answers until the deadline (monotonic, ns).
  /// - Returns: the number of records without one.
  func drain(until deadline: Int64) -> Int
  /// Accepts no more records, and wakes blocked senders.
  func refuse()
  /// Gives up all records in flight: each is reported as not delivered.
  func abandon()
  /// The error after which nothing can be sent.
  var fatalError: TransportError? { get }
}

extension FrameProducer: FrameSending {}
